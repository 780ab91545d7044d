// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IStatusRegistry, Status} from "../../src/interfaces/IStatusRegistry.sol";
import {Vm} from "../Test.sol";
import {World} from "../World.sol";

/// @title Statuses in any order and by anyone, beside a model that keeps the history
/// @dev The model decides what must go through; what the word must be afterwards is taken from the event that was emitted, so that
/// whoever replays the events arrives at the words. Members 0, 4 and 6 have one batch of four leaves each. Keys: 12 leaves, 3 batches, 3 codes.
contract StatusRegistryActs is World {
    struct Ghost {
        bytes32 word; // of keccak256(abi.encode(entry)), 0 when never written
        Status status;
        bytes32 keeper;
    }

    mapping(bytes32 key => Ghost) private _ghosts;
    bytes32[] private _keys;
    uint64 private _count;
    IStatusRegistry.Entry private _said;

    constructor() {
        setUp();
        for (uint256 n = 0; n < 3; ++n) {
            vm.prank(signerAt(issuer(n)));
            log.anchor(1, "root", 4, FULL, 1);
        }
    }

    function issuer(uint256 n) private pure returns (uint256) {
        return [uint256(0), 4, 6][n % 3];
    }

    function setLeaf(uint256 who, uint64 index, uint8 dice, uint64 nextIndex, bool vote) external {
        bytes32 member = memberAt(issuer(who));
        (index, nextIndex) = (index % 5, nextIndex % 6);
        Status status = Status(dice % 6);
        uint64 nextSeq = status == Status.Superseded || dice % 16 == 0 ? 1 : 0;
        if (nextSeq == 0 && dice % 8 != 0) nextIndex = 0;
        bytes32 key = keccak256(abi.encode(uint8(1), member, uint64(1), index));
        bool allowed = meansSomething(status, index, nextSeq, nextIndex) && _ghosts[key].status != Status.Revoked
            && (vote || _ghosts[key].keeper == 0);
        bytes memory data = vote
            ? abi.encodeCall(IStatusRegistry.setLeafFor, (member, 1, index, status, dice, nextSeq, nextIndex))
            : abi.encodeCall(IStatusRegistry.setLeaf, (1, index, status, dice, nextSeq, nextIndex));
        bool done = send(vote, issuer(who), data);
        assertTrue(done == allowed, "leaf: the registry agrees with the model");
        if (!done) return;
        said(keccak256(abi.encode(IStatusRegistry.LeafStatus.selector, member, uint256(1), uint256(index))));
        note(key, entry(status, dice, uint48(nextSeq), uint48(nextIndex)), vote ? BY_PROPOSAL : bytes32(0));
    }

    function meansSomething(Status status, uint64 index, uint64 nextSeq, uint64 nextIndex) private pure returns (bool) {
        if (index >= 4 || status == Status.Unset || status == Status.Recalled) return false;
        if (status == Status.Superseded) return nextIndex > index && nextIndex < 4;
        return nextSeq == 0 && nextIndex == 0;
    }

    function setBatch(uint256 who, uint8 dice, uint16 reason, bool vote) external {
        bytes32 member = memberAt(issuer(who));
        Status status = Status(dice % 6);
        bytes32 key = keccak256(abi.encode(uint8(2), member, uint64(1)));
        bool sensible = status == Status.Active || status == Status.Suspended || status == Status.Revoked;
        bool allowed = sensible && _ghosts[key].status != Status.Revoked && (vote || _ghosts[key].keeper == 0);
        bytes memory data = vote
            ? abi.encodeCall(IStatusRegistry.setBatchFor, (member, 1, status, reason))
            : abi.encodeCall(IStatusRegistry.setBatch, (1, status, reason));
        bool done = send(vote, issuer(who), data);
        assertTrue(done == allowed, "batch: the registry agrees with the model");
        if (!done) return;
        said(keccak256(abi.encode(IStatusRegistry.BatchStatus.selector, member, uint256(1))));
        note(key, entry(status, reason, 0, 0), vote ? BY_PROPOSAL : bytes32(0));
    }

    function setCode(uint256 who, uint8 which, uint8 dice, bool vote) external {
        bytes32 member = memberAt(issuer(who));
        bytes32 codeKey = bytes32(uint256(which % 3));
        Status status = Status(dice % 6);
        Ghost memory g = _ghosts[codeKeyOf(codeKey)];
        bool own = vote || g.keeper == 0 || g.keeper == member;
        bool allowed = (status == Status.Active || status == Status.Suspended || status == Status.Recalled)
            && (own || (g.status == Status.Suspended && status == Status.Recalled));
        bytes memory data = vote
            ? abi.encodeCall(IStatusRegistry.setCodeFor, (member, codeKey, status, dice))
            : abi.encodeCall(IStatusRegistry.setCode, (codeKey, status, dice));
        assertTrue(send(vote, issuer(who), data) == allowed, "code: the registry agrees with the model");
        if (!allowed) return;
        said(keccak256(abi.encode(IStatusRegistry.CodeStatus.selector, codeKey, member)));
        note(codeKeyOf(codeKey), entry(status, dice, 0, 0), vote || !own ? BY_PROPOSAL : member);
    }

    function codeKeyOf(bytes32 codeKey) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(3), codeKey));
    }

    function send(bool vote, uint256 who, bytes memory data) private returns (bool done) {
        vm.warp(block.timestamp + 1);
        vm.recordLogs();
        vm.prank(vote ? address(consortium) : signerAt(who));
        (done,) = address(registry).call(data);
    }

    /// @dev The one event of the call: its topics are the subject, its data the entry.
    function said(bytes32 subject) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].emitter, address(registry), "of the registry");
        bytes memory topics = abi.encodePacked(logs[0].topics);
        assertEq(keccak256(topics), subject, "about its subject");
        if (logs[0].data.length == 96) {
            (uint8 status, uint16 reason, uint64 change) = abi.decode(logs[0].data, (uint8, uint16, uint64));
            _said = IStatusRegistry.Entry(Status(status), reason, uint48(block.timestamp), change, 0, 0);
        } else {
            (uint8 status, uint16 reason, uint64 seq, uint64 index, uint64 change) =
                abi.decode(logs[0].data, (uint8, uint16, uint64, uint64, uint64));
            _said = IStatusRegistry.Entry(Status(status), reason, uint48(block.timestamp), change, uint48(seq), uint48(index));
        }
    }

    function entry(Status status, uint16 reason, uint48 nextSeq, uint48 nextIndex)
        private
        returns (IStatusRegistry.Entry memory)
    {
        return IStatusRegistry.Entry(status, reason, uint48(block.timestamp), ++_count, nextSeq, nextIndex);
    }

    function note(bytes32 key, IStatusRegistry.Entry memory asked, bytes32 keeper) private {
        IStatusRegistry.Entry memory e = _said;
        assertEq(keccak256(abi.encode(e)), keccak256(abi.encode(asked)), "the event says what was asked");
        if (_ghosts[key].word == 0) _keys.push(key);
        bytes32 word = bytes32(
            uint256(uint8(e.status)) | uint256(e.reason) << 8 | uint256(e.time) << 24 | uint256(e.change) << 72
                | uint256(e.nextSeq) << 136 | uint256(e.nextIndex) << 184
        );
        _ghosts[key] = Ghost(word, e.status, e.status == Status.Active ? bytes32(0) : keeper);
    }

    function checkWords() external view {
        assertEq(registry.changes(), _count, "changes have no gap");
        for (uint256 i = 0; i < _keys.length; ++i) {
            bytes32 word = vm.load(address(registry), keccak256(abi.encode(_keys[i], uint256(0))));
            assertEq(word, _ghosts[_keys[i]].word, "the word is the last that was said");
            assertEq(registry.keeperOf(_keys[i]), _ghosts[_keys[i]].keeper, "keeper");
        }
    }
}

contract StatusRegistryInvariant is World {
    StatusRegistryActs private _acts;

    function setUp() public override {
        _acts = new StatusRegistryActs();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_acts);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        bytes4[] memory selectors = new bytes4[](3);
        selectors[0] = StatusRegistryActs.setLeaf.selector;
        selectors[1] = StatusRegistryActs.setBatch.selector;
        selectors[2] = StatusRegistryActs.setCode.selector;
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(_acts), selectors);
    }

    function invariant_everyWordIsTheLastOfItsHistory() external view {
        _acts.checkWords();
    }
}
