"""The JSON-RPC client against a scripted HTTP node on loopback."""

from __future__ import annotations

import json
import threading

import pytest

from ledger.errors import LedgerError, RpcRefused, RpcUnavailable, WrongChain
from ledger.rpc import MAX_ANSWER_BYTES, MAX_BATCH, Rpc


@pytest.fixture
def rpc(node):
    rpc = Rpc(node.url, chain_id=7, timeout_s=5)
    yield rpc
    rpc.close()


def answering(node, **changed):
    """Makes the node answer every call with an envelope in which these names are changed (or, as None-valued `drop`, missing)."""

    def reply(request):
        envelope = {**node.envelope(request), **changed}
        return 200, json.dumps({name: value for name, value in envelope.items() if value != "drop"}).encode()

    node.reply = reply


def test_a_call_gives_the_result(rpc):
    assert rpc.call("eth_x", [1, "a"]) == ["eth_x", 1, "a"]


def test_no_compressed_answer_is_asked_for(rpc, node):
    rpc.call("eth_x")
    assert node.request_headers["accept-encoding"] == "identity"


def test_the_chain_id_is_asked_before_the_first_call_and_not_again(rpc, node):
    rpc.call("eth_x")
    rpc.call("eth_y")
    assert [request["method"] for request in node.requests] == ["eth_chainId", "eth_x", "eth_y"]
    assert node.connections == 1


def test_a_node_of_another_chain_is_refused_and_gets_no_call(node):
    rpc = Rpc(node.url, chain_id=8, timeout_s=5)
    for _ in range(2):
        with pytest.raises(WrongChain) as caught:
            rpc.call("eth_sendRawTransaction", ["0x00"])
        assert caught.value.code == "ledger.chain.id"
    assert {request["method"] for request in node.requests} == {"eth_chainId"}
    rpc.close()


def test_without_a_chain_id_the_first_seen_is_pinned(node):
    rpc = Rpc(node.url, chain_id=None, timeout_s=5)
    assert rpc.pin() == 7
    node.chain_id = "0x8"
    with pytest.raises(WrongChain):
        rpc.pin()
    with pytest.raises(WrongChain):
        rpc.call("eth_x")
    assert {request["method"] for request in node.requests} == {"eth_chainId"}
    rpc.close()


def test_an_answer_over_a_new_connection_counts_only_after_the_chain_was_asked_there(rpc, node):
    rpc.call("eth_x")
    node.headers = {"Connection": "close"}
    rpc.call("eth_y")
    node.headers = {}
    node.chain_id = "0x8"  # whoever listens there now is on another chain
    with pytest.raises(WrongChain):
        rpc.call("eth_z")
    assert [request["method"] for request in node.requests[-2:]] == ["eth_z", "eth_chainId"]


def test_the_chain_is_asked_again_after_a_broken_connection(rpc, node):
    rpc.call("eth_x")
    node.reply = lambda request: None
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_y")
    assert caught.value.code == "ledger.rpc.transport"
    node.reply = node.echo
    node.chain_id = "0x8"
    with pytest.raises(WrongChain):
        rpc.call("eth_z")
    assert node.requests[-1]["method"] == "eth_chainId"  # the other chain did not even get the call


def test_a_batch_is_one_array_in_order_and_its_answers_may_come_in_any(rpc, node):
    node.reply = lambda request: (200, json.dumps([node.envelope(call) for call in reversed(request)]).encode())
    assert rpc.batch([("a", [1]), ("b", []), ("c", [])]) == [["a", 1], ["b"], ["c"]]
    assert [call["method"] for call in node.requests[-1]] == ["a", "b", "c"]


def test_a_batch_of_one_is_still_an_array(rpc, node):
    assert rpc.batch([("a", [])]) == [["a"]]
    assert isinstance(node.requests[-1], list)


def test_an_empty_batch_asks_nothing(rpc, node):
    assert rpc.batch([]) == []
    assert node.requests == []


def test_a_long_batch_is_cut_up_and_stays_in_order(rpc, node):
    calls = [("m", [i]) for i in range(2 * MAX_BATCH + 1)]
    assert rpc.batch(calls) == [["m", i] for i in range(2 * MAX_BATCH + 1)]
    assert [len(request) for request in node.requests[1:]] == [MAX_BATCH, MAX_BATCH, 1]


def test_a_refused_call_of_a_batch_does_not_hide_the_others(rpc, node):
    def reply(request):
        first, second = request
        error = {"jsonrpc": "2.0", "id": first["id"], "error": {"code": -32000, "message": "m"}}
        return 200, json.dumps([error, node.envelope(second)]).encode()

    node.reply = reply
    refused, taken = rpc.batch([("a", []), ("b", [])])
    assert isinstance(refused, RpcRefused)
    assert taken == ["b"]


@pytest.mark.parametrize("change", ["short", "long", "twice", "again", "strange"])
def test_a_batch_with_missing_repeated_or_strange_answers_is_no_answer(rpc, node, change):
    def reply(request):
        answers = [node.envelope(call) for call in request]
        if change == "short":
            answers.pop()
        if change == "long":
            answers.append({"jsonrpc": "2.0", "id": 10**6, "result": 1})
        if change == "again":
            answers.append({**answers[0], "result": "other"})
        if change == "twice":
            answers[1]["id"] = answers[0]["id"]
        if change == "strange":
            answers[1]["id"] += 1
        return 200, json.dumps(answers).encode()

    node.reply = reply
    with pytest.raises(RpcUnavailable) as caught:
        rpc.batch([("a", []), ("b", [])])
    assert caught.value.code == "ledger.rpc.envelope"


def test_an_error_gives_its_number_and_revert_data_and_never_its_text(rpc, node):
    answering(node, result="drop", error={"code": 3, "message": "SECRET words", "data": "0x0102"})
    with pytest.raises(RpcRefused) as caught:
        rpc.call("eth_call")
    assert (caught.value.rpc_code, caught.value.data) == (3, b"\x01\x02")
    assert "SECRET" not in str(caught.value) + repr(caught.value)


def test_error_data_that_is_not_hex_is_left_out(rpc, node):
    answering(node, result="drop", error={"code": -32000, "message": "m", "data": "SECRET"})
    with pytest.raises(RpcRefused) as caught:
        rpc.call("eth_call")
    assert caught.value.data is None
    assert "SECRET" not in repr(caught.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"jsonrpc": "1.0"},
        {"jsonrpc": "drop"},
        {"id": "drop"},
        {"id": None},
        {"id": "2"},
        {"id": True},
        {"id": 99},
        {"result": "drop"},
        {"error": {"code": 1, "message": "both"}},
        {"result": "drop", "error": "text"},
        {"result": "drop", "error": {"message": "no code"}},
        {"result": "drop", "error": {"code": "1", "message": "m"}},
        {"result": "drop", "error": {"code": True, "message": "m"}},
    ],
)
def test_an_envelope_that_is_not_exactly_json_rpc_is_no_answer(rpc, node, changed):
    rpc.pin()
    answering(node, **changed)
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    assert caught.value.code == "ledger.rpc.envelope"


@pytest.mark.parametrize(
    "body", [b"", b"SECRET", b"[" * 100_000, b'{"jsonrpc":"2.0","id":2,"result":NaN}', b"\xff\xfe", b'"2.0"', b"[]", b"9" * 5000]
)
def test_a_body_that_is_not_an_answer_leaks_nothing(rpc, node, body):
    node.reply = lambda request: (200, body)
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    assert caught.value.code == "ledger.rpc.envelope"
    assert "SECRET" not in repr(caught.value)


def test_a_null_result_is_an_answer(rpc, node):
    answering(node, result=None)
    assert rpc.call("eth_getTransactionReceipt") is None


@pytest.mark.parametrize("status", [204, 301, 307, 400, 401, 429, 500, 503])
def test_any_status_but_200_is_no_answer_and_redirects_are_not_followed(rpc, node, status):
    node.headers = {"Location": node.url}
    node.reply = lambda request: (status, b"")
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    assert caught.value.code == "ledger.rpc.http"
    assert sum(request["method"] == "eth_x" for request in node.requests) == 1


def test_an_answer_over_the_cap_is_not_read_to_its_end(rpc, node):
    node.reply = lambda request: (200, b" " * (MAX_ANSWER_BYTES + 1))
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    assert caught.value.code == "ledger.rpc.size"


def test_a_silent_node_times_out(node):
    heard = threading.Event()

    def silent(request):
        heard.wait(10)
        return

    node.reply = silent
    rpc = Rpc(node.url, chain_id=7, timeout_s=0.2)
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    heard.set()
    assert caught.value.code == "ledger.rpc.timeout"
    node.reply = node.echo
    node.chain_id = "0x8"
    with pytest.raises(WrongChain):
        rpc.call("eth_z")
    assert node.requests[-1]["method"] == "eth_chainId"
    rpc.close()


def test_an_answer_that_drips_past_the_deadline_times_out(node):
    ticks = iter([0.0, 0.0, 0.0, 99.0])
    rpc = Rpc(node.url, chain_id=7, timeout_s=5, monotonic=lambda: next(ticks))
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    assert caught.value.code == "ledger.rpc.timeout"
    rpc.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[", "ftp://127.0.0.1", "nonsense"])
def test_nobody_there_is_unavailable(url):
    rpc = Rpc(url, chain_id=7, timeout_s=1)
    with pytest.raises(RpcUnavailable) as caught:
        rpc.call("eth_x")
    assert caught.value.code == "ledger.rpc.transport"
    rpc.close()


def test_proxies_of_the_environment_are_not_used(node, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    rpc = Rpc(node.url, chain_id=7, timeout_s=5)
    assert rpc.call("eth_x") == ["eth_x"]
    rpc.close()


def test_threads_share_one_instance(rpc):
    found = []
    threads = [threading.Thread(target=lambda i=i: found.append(rpc.call("m", [i])[1])) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(8))


def test_a_malformed_chain_id_is_not_pinned(node):
    node.chain_id = 7
    rpc = Rpc(node.url, chain_id=None, timeout_s=5)
    with pytest.raises(LedgerError):
        rpc.call("eth_x")
    assert [request["method"] for request in node.requests] == ["eth_chainId"]
    rpc.close()
