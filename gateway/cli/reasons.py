"""
Sentences for the codes a command can end with: zh-CN first, English second, the code behind them for whoever operates it.

A code without a sentence of its own gets that of its family; docs/operations.md says what to do about each.
"""

from __future__ import annotations

from typing import Final

_REASONS: Final = {
    "ledger.rpc": ("节点没有可用的应答", "The node gave no usable answer"),
    "ledger.chain": ("节点所在的链与部署清单不一致", "The node is on another chain than the manifest's"),
    "ledger.deploy": ("链上合约与本软件不一致，或部署未能完成", "The contracts on the chain are not ours, or did not land"),
    "ledger.manifest": ("部署清单不正确", "The deployment manifest is wrong"),
    "ledger.node": ("节点的应答自相矛盾", "The node contradicts itself"),
    "ledger.signer": ("签名账户的密钥文件或口令不可用", "A signer's key file or passphrase cannot be used"),
    "store.lease": ("另一个网关正在使用同一签名账户", "Another gateway acts for the same signer"),
    "store.pinned": ("该数据库属于另一条链或另一联盟", "This store belongs to another chain or consortium"),
    "store.revision": ("数据库是另一版本软件的", "The store is of another edition: use that one's command"),
    "store.revision none": (
        "数据库尚未建立，请先运行 shisu serve 或 shisu migrate",
        "The store has no tables yet: run shisu serve or shisu migrate first",
    ),
    "store.salt.key": (
        "数据库中的盐是用另一把密钥加密的：salt_keys_file 中缺少它",
        "Salts in the store are sealed under a key that salt_keys_file does not have",
    ),
    "store.salt": ("一个加密的盐无法解开", "A sealed salt cannot be opened: it was changed, or its key is gone"),
    "store.revision behind": (
        "数据库是旧版本的，请先备份，再运行 shisu serve 或 shisu migrate 升级",
        "The store is of an earlier edition: back it up, then run shisu serve or shisu migrate first",
    ),
    "store.revision other": (
        "数据库是更新版本软件的，请改用该版本",
        "The store is of a later edition, or a strange one: use that edition's software",
    ),
    "store.busy": (
        "数据库正忙（备份、升级或大批量写入），请稍后重试",
        "The store is busy (a backup, a migration, a large write): try again later",
    ),
    "store.full": ("磁盘已满", "The store's disk is full"),
    "store.read_only": ("数据库文件或磁盘是只读的", "The store's file or disk is read-only"),
    "store.io": ("磁盘读写出错", "The store's disk gives errors"),
    "store.damaged": ("数据库文件已损坏，请从备份恢复", "The store's file is damaged: restore a backup"),
    "store.unavailable": ("数据库没有应答", "The store does not answer"),
    "adopt.settled": ("该批次已经处理过", "This place was decided before"),
    "adopt.own": ("本库该批次未停，无须处理", "The batch of this store at that place is not halted: there is nothing to decide"),
    "adopt.absent": ("链上和本库都没有该批次", "Neither the chain nor the store has such a batch"),
    "adopt.moved": ("链上该处刚刚变了，请重新查看", "The chain shows another batch there by now: look again"),
    "adopt.unendorsed": (
        "链上该批次尚未得到足够节点签名，请稍后再试",
        "The batch on the chain is not endorsed yet: try again later",
    ),
    "store.pragma": (
        "数据库不能保证断电不丢数据（例如位于网络文件系统）",
        "The store cannot promise to survive a power cut: is it on a network file system?",
    ),
    "store.url": ("数据库地址不正确", "The database URL is not one of a store"),
    "store.file": ("数据库文件权限或位置不正确", "The store's file is readable by others, or in the wrong place"),
    "store.file open": (
        "数据库文件不存在或无法打开；新建请运行 shisu migrate",
        "The store's file is not there or cannot be opened; shisu migrate makes a new one",
    ),
    "devchain.locked": ("另一个进程正在使用这条演示链", "Another process has this chain open"),
    "devchain": ("演示链无法运行", "The embedded chain cannot run"),
}
_UNKNOWN: Final = ("无法继续", "It cannot go on")


def reason(code: str, field: str = "") -> tuple[str, str]:
    """(zh, en) of a stable code; what is said of it with its field, or the longest known family of it, decides."""
    parts = code.split(".")
    families = [f"{code} {field}", *(".".join(parts[:length]) for length in range(len(parts), 0, -1))]
    zh, en = next((_REASONS[family] for family in families if family in _REASONS), _UNKNOWN)
    return zh, f"{en} ({code}{' ' + field if field else ''})"
