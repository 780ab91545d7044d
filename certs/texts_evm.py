"""
What the codes of `certs.evm` and `certs.consensus` mean, in words for somebody who has never seen a block: zh-CN, then English.

A code says what is wrong with the file, not who did it; the verdict beside it says what to do.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # how the chain writes bytes
    "evm.rlp.short": ("链上数据不完整，缺少字节。", "Chain data breaks off before its end."),
    "evm.rlp.trailing": ("链上数据末尾有多余字节。", "Chain data is followed by bytes that do not belong to it."),
    "evm.rlp.length": ("链上数据中的长度写法不规范。", "A length inside chain data is not written the one allowed way."),
    "evm.rlp.single": ("链上数据中的单字节写法不规范。", "A single byte of chain data is not written the one allowed way."),
    "evm.rlp.depth": ("链上数据嵌套过深。", "Chain data is nested too deeply."),
    "evm.rlp.kind": (
        "链上数据中该处类型不对（列表与字节串混淆）。",
        "Chain data has a list where bytes belong, or bytes where a list belongs.",
    ),
    "evm.rlp.size": ("链上数据中该字段长度不对。", "A field of chain data has the wrong length."),
    "evm.rlp.count": ("链上数据中该列表的项数不对。", "A list in chain data has the wrong number of entries."),
    "evm.rlp.integer": ("链上数据中的数字带有多余的前导零。", "A number in chain data has leading zeros."),
    # headers, transactions, receipts
    "evm.header.fields": ("区块头的字段数不对。", "A block header has the wrong number of fields."),
    "evm.header.range": ("区块头的高度或时间超出范围。", "The height or time of a block header is out of range."),
    "evm.envelope.type": ("交易或回执的类型未知。", "A transaction or receipt is of an unknown type."),
    "evm.transaction.fields": ("交易的字段数不对。", "The transaction has the wrong number of fields."),
    "evm.transaction.unprotected": (
        "交易未写明属于哪条链，可能来自别的链。",
        "The transaction does not say which chain it is for.",
    ),
    "evm.transaction.parity": ("交易签名的标志位不对。", "The sign bit of the transaction's signature is wrong."),
    "evm.receipt.fields": ("交易回执的字段数不对。", "The receipt has the wrong number of fields."),
    "evm.receipt.failed": ("该交易执行失败，没有上链任何内容。", "The transaction failed on chain, so it recorded nothing."),
    "evm.receipt.pre-byzantium": (
        "旧式回执，未写明交易是否成功。",
        "An old form of receipt that does not say whether the transaction succeeded.",
    ),
    "evm.receipt.status": ("交易回执的执行结果写法不对。", "The outcome in the receipt is not written as the chain writes it."),
    "evm.receipt.topics": ("交易回执中某条日志的索引项过多。", "A log in the receipt has too many indexed values."),
    # the two events
    "evm.log.event": ("该日志不是所需的链上事件。", "The log is not the event that was looked for."),
    "evm.log.topics": ("链上事件的索引项数不对。", "The event has the wrong number of indexed values."),
    "evm.log.words": ("链上事件的数据长度不对。", "The event's data has the wrong length."),
    "evm.log.layout": ("链上事件的数据排列不规范。", "The event's data is not laid out the one allowed way."),
    "evm.log.range": ("链上事件中的数字超出范围。", "A number in the event is out of range."),
    "evm.log.address": ("链上事件中的地址写法不规范。", "An address in the event is not written the one allowed way."),
    "evm.log.root": ("链上事件中的批次根为空。", "The batch root in the event is empty."),
    "evm.log.member": (
        "链上事件中的成员单位代码不是统一社会信用代码。",
        "The member in the event is not a unified social credit code.",
    ),
    "evm.log.code": ("链上事件中的成员简码不规范。", "The member's short code in the event is not of the allowed form."),
    # proofs down a tree
    "evm.trie.missing": (
        "链上证明缺少所需的节点，无法得出结论。",
        "The proof lacks a node it needs, so it says neither yes nor no.",
    ),
    "evm.trie.node-size": ("链上证明的节点过大。", "A node of the proof is too large."),
    "evm.trie.node": ("链上证明的节点项数不对。", "A node of the proof has the wrong number of entries."),
    "evm.trie.branch": ("链上证明的分支节点不规范。", "A branch node of the proof has too few entries."),
    "evm.trie.extension": ("链上证明的扩展节点不规范。", "An extension node of the proof is not of the one allowed form."),
    "evm.trie.hex-prefix": ("链上证明的路径写法不规范。", "A path in the proof is not written the one allowed way."),
    "evm.trie.value": ("链上证明的叶节点没有内容。", "A leaf node of the proof is empty."),
    "evm.trie.reference": ("链上证明中对下级节点的引用不规范。", "A node of the proof does not point to the next one properly."),
    "evm.trie.embedded": ("链上证明中内嵌的节点过大。", "A node that is too large was put inside another."),
    "evm.trie.short-node": ("链上证明中过小的节点没有放进上级节点。", "A node too small to stand alone stands alone."),
    "evm.state.zero": (
        "链上存储中写入了零值，真实的链不会这样。",
        "The proof shows a stored zero, which a real chain never stores.",
    ),
    # who signed
    "consensus.qbft.vote": (
        "区块头中的节点投票写法不规范。",
        "The validator vote in the block header is not of the allowed form.",
    ),
    "consensus.clique.extra": ("区块头的附加数据长度不对。", "The extra data of the block header has the wrong length."),
    "consensus.seal.length": ("共识节点签名的长度不对。", "A validator's signature has the wrong length."),
    "consensus.seal.v": ("共识节点签名的标志位不对。", "The recovery flag of a validator's signature is wrong."),
    "consensus.seal.scalar": ("共识节点签名的数值超出范围。", "A number in a validator's signature is out of range."),
    "consensus.seal.recover": (
        "共识节点签名无效，无法还原出签名者。",
        "A validator's signature is invalid: no signer can be recovered from it.",
    ),
    "endorsement.engine": ("未知的共识算法。", "The consensus engine is unknown."),
    "endorsement.run": ("区块头的个数不对。", "There are too few or too many block headers."),
    "endorsement.number": ("区块头的高度不连续。", "The block headers do not follow each other in height."),
    "endorsement.parent": ("区块头之间未能衔接。", "A block header does not name the one before it as its parent."),
    "endorsement.set": ("没有给出当时的共识节点名单。", "The list of validators in force is empty."),
    "endorsement.short": ("签名的共识节点不足三分之二。", "Fewer than two thirds of the validators signed."),
    "endorsement.surplus": ("区块头多于证明所需。", "There are more block headers than the proof needs."),
}
