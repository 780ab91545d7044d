"""What can be wrong with serialised units (一物一码): their lots, serial files (码清单) and item proofs."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "item.lot_conflict": Words(
        409, "该追溯码已登记为另一批号", "The unit is known with another lot",
        "核对批号；若先前的赋码事件有误，先报送更正声明，再报送正确的事件；尚未被事件引用的码清单可由原报送主体重报",
        "Check the lot. Where the earlier event is wrong, declare its error first and then send the right one; a serial file "
        "that no event cites yet may be sent anew by its submitter",
    ),
    "item.lot_elsewhere": Words(
        200, "提示：生产主体先前为该码登记了另一批号；他人的记录以其为准",
        "Who made the unit gave it another lot before; others' records go by that",
        "请核对批号；报错的，先报送更正声明", "Check the lot; declare the error of what was wrong",
    ),
    "item.list_used": Words(
        409, "码清单中有已由先前事件赋码的码", "An earlier event commissioned units of the serial file",
        "一份码清单只由一个赋码事件引用；先前事件有误的，先报送更正声明",
        "One commissioning event cites a serial file; declare the error of a wrong one first",
    ),
    "item.list_form": Words(
        400, "码清单文件摘要须为 64 位十六进制（SHA-256）", "The hash of a serial file is 64 hexadecimal digits (SHA-256)",
    ),
    "item.list_unknown": Words(
        400, "本网关没有该主体的这份码清单", "There is no such serial file of this submitter here",
        "先以导入方案 formula_serials 报送码清单原文件（POST /imports 或 shisu submit），再报送本事件；文件不得改动，摘要须一致",
        "Send the serial file first (POST /imports or shisu submit, profile formula_serials), byte for byte as it was hashed, "
        "and then this event",
    ),
    "item.list_lot": Words(
        400, "码清单中有其他批号的码", "The serial file has units of another lot than the event states",
        "一个赋码事件只对应一个批号：按批号分文件、分事件报送",
        "One commissioning event is of one lot: split file and event by lot",
    ),
    "item.list_count": Words(
        400, "码数与码清单不符", "The number of codes differs from the serial file's",
        "核对已生成、已激活、已作废码数", "Check the numbers issued, activated and voided",
    ),
    "item.not_listed": Words(
        400, "该码不在所引码清单的已激活码之中", "The unit is not an activated one of the serial file that the event cites",
        "核对序列号；已作废的码不能赋予商品", "Check the serial; a voided code stands for no unit",
    ),
    "item.list_empty": Words(400, "码清单没有已激活的码", "The serial file has no activated unit"),
    "item.list_size": Words(
        400, "码清单超过 100,000 行", "The serial file has more than 100,000 rows",
        "分成几份文件，各由一个赋码事件引用", "Split it; each part is cited by a commissioning event of its own",
    ),
    "item.duplicate": Words(400, "商品条码与序列号重复", "GTIN and serial appear twice"),
    "item.trace_code": Words(
        400, "追溯码与商品条码、批号、序列号不一致", "The trace code does not agree with GTIN, lot and serial",
        "追溯码应为 https://…/01/商品条码/10/批号/21/序列号", "A trace code reads https://HOST/01/GTIN/10/LOT/21/SERIAL",
    ),
    "item.status": Words(400, "状态须为 已激活 或 已作废", "The status is one of two words: activated or voided"),
    "item.time": Words(400, "赋码时间缺失", "The time of coding is missing"),
    "item.unknown": Words(
        404, "查无此码，谨防假冒", "No such unit in this certificate: beware of counterfeits",
    ),
    "item.named": Words(
        409, "该码已直接列在凭证中，无单品证明", "The certificate names this unit itself: it has no item proof",
        "取凭证本身即可", "The certificate itself is what to ask for",
    ),
}  # fmt: skip
