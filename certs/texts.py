"""
The words of every code that `certs` raises or reports: zh-CN first, then English.

Codes are for machines and never change; these sentences are for people and may. They never hold a value from the input.
"""

from __future__ import annotations

from certs import texts_evm

_TEXTS: dict[str, tuple[str, str]] = {
    # the bytes (step 1)
    "json.size": ("文件过大。", "The file is too large."),
    "json.bom": (
        "文件开头有 BOM 标记，说明被编辑器另存过。",
        "The file starts with a byte order mark: an editor has saved it again.",
    ),
    "json.encoding": ("文件不是 UTF-8 编码。", "The file is not UTF-8."),
    "json.depth": ("文件嵌套过深。", "The file is nested too deeply."),
    "json.syntax": ("文件不是合法的 JSON，可能不完整。", "The file is not valid JSON; it may be incomplete."),
    "json.duplicate": ("文件中有重名字段。", "A name occurs twice in one object."),
    "json.proto": ("文件含有不允许的字段名。", "The file uses a name that is not allowed."),
    "json.number": ("文件中有无法精确表示的数字。", "The file has a number that cannot be represented exactly."),
    "json.surrogate": ("文件中有残缺的字符。", "The file has half of a character."),
    "json.nul": ("文件中有空字符。", "The file has a NUL character."),
    "json.string": ("文件中有过长的文字。", "The file has a text that is too long."),
    "json.values": ("文件内容过多。", "The file has too many values."),
    "json.canonical": (
        "文件内容未按规范排列，可能被编辑器另存或改动过。",
        "The file is not in canonical form: it has been edited or saved again.",
    ),
    # the form (step 2)
    "form.type": ("字段类型不对。", "A field is of the wrong type."),
    "form.missing": ("缺少字段。", "A field is missing."),
    "form.unknown": ("有不认识的字段。", "There is an unknown field."),
    "form.printable": ("名称中有不可见的控制字符。", "A name holds characters that cannot be printed."),
    "form.length": ("字段长度不对。", "A field has the wrong length."),
    "form.range": ("数值超出范围。", "A number is out of range."),
    "form.hex": ("十六进制写法不对。", "A hex value is not written the one allowed way."),
    "form.order": ("列表未排序或有重复。", "A list is not sorted, or has an entry twice."),
    "cert.format": ("不是本系统的凭证格式。", "This is not a certificate format of ours."),
    "cert.suite.unknown": ("未知的摘要算法。", "The hash suite is unknown."),
    "cert.tier.public": ("缺少公开内容。", "The public part is missing."),
    "cert.tier.order": ("公开范围的次序不对。", "A narrower part is shown while a wider one is hidden."),
    "cert.tier.zero": ("摘要不能全为零。", "A digest may not be all zeros."),
    "cert.uscc": ("统一社会信用代码格式不对。", "A unified social credit code has the wrong form."),
    "cert.item.serial": ("一物一码缺少序列号。", "The item code has no serial number."),
    "code.form": ("商品或物流单元代码写法不对。", "A product or logistic code is not in canonical form."),
    "time.form": ("时间写法不对。", "A time has the wrong form."),
    "number.form": ("证书编号格式不对。", "The certificate number has the wrong form."),
    "number.check": (
        "证书编号校验位不对，请核对是否抄错。",
        "The check character of the certificate number is wrong: is it mistyped?",
    ),
    # the record (steps 3, 4, 8)
    "tiers.overlap": ("同一内容在两个公开范围内重复出现。", "Two disclosed parts state the same field."),
    "merkle.index": ("叶序号超出批次大小。", "The leaf index lies outside the batch."),
    "merkle.length": ("证明路径长度与批次大小不符。", "The proof path is not of the length that this batch size needs."),
    "merkle.root": ("所列数据与链上登记的批次摘要不一致。", "The data shown does not lead to the batch root on chain."),
    "item.code": ("该单品不属于本记录的生产批号。", "The item does not belong to a lot of this record."),
    "item.none": ("本记录没有登记单品。", "This record registers no items."),
    "record.member": ("凭证所写成员单位与链上记录不一致。", "The member named is not the one that anchored."),
    "record.suite": ("摘要算法与链上记录不一致。", "The hash suite is not the one on chain."),
    "record.number": ("证书编号与链上位置不一致。", "The certificate number does not belong to this place on chain."),
    "record.scope": ("食品类别或环节不在该批次登记的职责范围内。", "The food class or stage is outside the anchored scope."),
    "scope.class.unknown": ("本核验工具不认识该食品类别，请更新。", "This verifier does not know the food class: update it."),
    "scope.stage.unknown": ("本核验工具不认识该环节，请更新。", "This verifier does not know the stage: update it."),
    # the chain (steps 5 to 7)
    "evidence.receipt.absent": ("区块中没有这笔交易的回执。", "The block holds no receipt at this place."),
    "evidence.log.absent": ("回执中没有这条日志。", "The receipt holds no log at this place."),
    "evidence.transaction.absent": ("区块中没有这笔交易。", "The block holds no transaction at this place."),
    "evidence.nodes.unused": ("证明中夹带了无关内容。", "The proof carries something that no step uses."),
    "log.address": ("该日志不是本联盟链存证合约写入的。", "The log was not written by our AnchorLog contract."),
    "log.address.foreign": ("该日志由另一联盟链的合约写入。", "The log was written by a contract of another consortium."),
    "transaction.chain": ("交易与凭证所写的链编号不一致。", "The transaction is for another chain than the file says."),
    "transaction.chain.foreign": ("该凭证属于另一条链。", "This certificate belongs to another chain."),
    "transaction.hash": ("交易哈希不一致。", "The transaction hash differs."),
    "transaction.type": ("交易与回执类型不一致。", "Transaction and receipt are of different types."),
    "transaction.target": ("该交易不是发给本联盟链存证合约的。", "The transaction was not sent to our AnchorLog contract."),
    "endorsement.foreign": ("该区块由另一组共识节点签名，属于另一联盟链。", "Another consortium's validators signed this block."),
    "header.time": ("区块时间与高度次序矛盾。", "A later block has an earlier time."),
    "header.rival": (
        "同一高度存在两个均获签名的区块，无法判断，请保留两份文件。",
        "Two signed blocks of one height exist: keep both files; neither decides.",
    ),
    "time.event": ("事件时间晚于上链时间。", "The event is later than the block that records it."),
    "time.clock": ("区块时间晚于本机时钟，请校准时钟后重试。", "A block is later than this clock: set the clock and try again."),
    "file.unreadable": ("没有这个文件，或文件无法读取。", "There is no such file, or it cannot be read."),
    "link.unreachable": (
        "未能从网关取得凭证，请稍后重试或核验文件。",
        "The gateway gave no certificate: try later, or check a file.",
    ),
    "link.check-code": ("查验码缺失或不正确，请核对是否抄错。", "The check code is missing or wrong: is it mistyped?"),
    "link.number": ("网关给出的是另一份凭证，与所扫编号不符。", "The gateway gave a certificate other than the one asked for."),
    # the bundle (step 0)
    "bundle.missing": ("没有信任根文件。", "There is no trust bundle."),
    "bundle.height": ("区块早于本信任根文件的起点。", "The block lies before this trust bundle begins."),
    "bundle.old": ("信任根文件过旧，请更新后再核验。", "The trust bundle is too old: update it."),
    "bundle.word": ("信任根文件中有未知的取值。", "The trust bundle has an unknown value."),
    "bundle.prefix": ("信任根文件的编号前缀不对。", "The trust bundle's number prefix has the wrong form."),
    "bundle.member": ("信任根文件的成员单位不对。", "A member in the trust bundle has the wrong form."),
    "bundle.set.evidence": ("首个节点名单不应带证明。", "The first validator set carries no evidence."),
    "bundle.set.operators": ("节点名单与运营单位不对应。", "Validators and operators do not match."),
    "bundle.set.epoch": ("节点名单须从第 0 期开始。", "The first validator set is not epoch 0."),
    "bundle.set.address": ("节点名单公告不是本联盟合约写入的。", "A set was not announced by the Consortium contract."),
    "bundle.set.chain": ("节点名单公告属于另一条链。", "A set was announced on another chain."),
    "bundle.set.announcement": ("节点名单与链上公告不一致。", "A validator set differs from its announcement."),
    "bundle.set.step": ("节点名单一次变更过多。", "A validator set changed by more than one in and one out."),
    "bundle.head.height": ("信任根文件的区块早于最新节点名单。", "The bundle's head lies before its newest set."),
    "bundle.head.code": ("链上合约代码与信任根文件不一致。", "The contract on chain is not the one the bundle names."),
    "bundle.head.set": ("链上节点名单与信任根文件不一致。", "The validator set on chain is not the bundle's newest."),
    # rolling a bundle forward
    "update.chain": ("新的信任根文件属于另一条链或另一联盟。", "The newer bundle is about another chain or consortium."),
    "update.fork": ("两份信任根文件的节点名单出现分叉，请保留两份并上报。", "The bundles name different successors: keep both."),
    "update.back": ("新的信任根文件比已采信的更旧。", "The other bundle is older than the pinned one."),
    "update.history": ("两份信任根文件的区块时间次序矛盾。", "The two bundles tell different histories."),
    "update.old": (
        "已采信的信任根文件闲置过久，请重新核对指纹后采信。",
        "The pinned bundle slept too long: pin a new one by hand.",
    ),
    # the staple (step 9)
    "staple.active": ("链上核验一致，状态有效。", "Everything agrees with the chain, and the status is active."),
    "staple.adverse": ("链上核验一致，但凭证状态不是有效。", "Everything agrees with the chain, but the status is not active."),
    "staple.absent": ("上链属实；没有附带状态证明，状态未核验。", "Anchored as stated; no status proof came with it."),
    "staple.retired": ("状态证明早于最新节点名单，不能采用。", "The status proof is older than the newest validator set."),
    "staple.unanswered": ("状态证明不完整，状态未核验。", "The status proof does not answer every question."),
    "staple.old": ("状态证明已过期，请获取新的状态证明。", "The status proof is too old: fetch a new one."),
    "staple.height": ("状态证明早于上链区块。", "The status proof lies before the anchor."),
    "staple.anchor.account": ("状态证明中的存证合约不一致。", "The status proof is about another anchor contract."),
    "staple.anchor.absent": ("状态证明显示链上没有该批次。", "The status proof shows no such batch."),
    "staple.anchor.differs": ("状态证明中的批次与凭证不一致。", "The status proof shows another batch at this place."),
    "staple.registry.account": ("状态证明中的状态合约不一致。", "The status proof is about another status contract."),
    "staple.nodes.unused": ("状态证明中夹带了无关内容。", "The status proof carries something that no step uses."),
    "staple.word": ("状态内容无法识别，请更新核验工具。", "A status word is out of range: update the verifier."),
    "staple.edition": (
        "该批次已在另一区块重新上链，请获取最新版凭证。",
        "The batch is anchored in another block now: fetch the current edition.",
    ),
}
TEXTS = _TEXTS | texts_evm.TEXTS


def text_of(code: str) -> tuple[str, str]:
    """The (zh, en) sentence of a code. Raises `KeyError` for a code that no release has."""
    return TEXTS[code]
