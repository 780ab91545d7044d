"""What can be wrong with an event's content: times, quantities, the catalogue, papers, and who sends it."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "event.scope": Words(
        400, "该品种或环节不在主管单位的职责范围内", "The member may not anchor this class or stage",
        "请核对品种和环节；主管单位登记有误的，请其更正",
        "Check variety and link; if the enterprise is under the wrong bureau, ask it",
    ),
    "event.id_conflict": Words(
        409, "同一事件编号对应不同内容", "The same eventID was used for other content",
        "更正请先报带 errorDeclaration 的原事件，再报新编号的正确事件；新事件用新编号",
        "To correct, send the wrong event with errorDeclaration, then the right one under a new eventID",
    ),
    "event.declares_unknown": Words(
        409, "更正声明与已报送的事件不符", "An error declaration repeats no event that was sent",
        "请先报送原事件；更正声明须使用同一事件编号，并重复原事件的每个字段",
        "Send the event first; its declaration has the same eventID and repeats every field",
    ),
    "event.declares_nothing": Words(
        200, "提示：本网关没有该更正声明所指的事件", "No event of this sender is stored that the declaration is about",
        "同一事件编号此后不能再报送；请核对事件编号", "Nothing can be sent under this eventID any more; check the eventID",
    ),
    "event.declared_before": Words(
        409, "该事件编号先前已被更正声明为有误", "This eventID was declared wrong before an event of it came",
        "请用新的事件编号报送", "Send the event under a new eventID",
    ),
    "event.declared_wrong": Words(
        200, "提示：该事件已被更正声明为有误，重复报送不使其恢复", "This event was declared wrong since, and stays so",
        "正确的内容请用新事件编号报送", "Send what is right as an event with a new eventID",
    ),
    "event.hidden_field": Words(
        400, "非公开字段放在了公开的对象内", "A field that is not public stands inside one that is",
        "请将该字段放到事件的最外层", "Put the field at the event's top level",
    ),
    "time.naive": Words(
        400, "时间缺少时区", "A time has no offset",
        "在时间末尾加上 +08:00（北京时间）", "Add +08:00 (Beijing time) at the end",
    ),
    "time.invalid": Words(
        400, "时间或日期不存在或格式不对", "A time does not exist or has another form",
        "日期写 2025-06-02，时间写 2025-06-02T05:30:00+08:00", "Write 2025-06-02 for a day, 2025-06-02T05:30:00+08:00 for a time",
    ),
    "time.future": Words(
        400, "事件时间晚于当前时间", "The event lies in the future",
        "事件发生后再报；请核对日期和本机时钟", "Report what has happened; check the date and your clock",
    ),
    "time.late": Words(
        200, "提示：超过 24 小时才报送", "Reported later than 24 hours after the event",
        "生产、交付后 24 小时内报送；已接收，计入数据质量日报",
        "Report within 24 hours; it was taken, and counts in the quality report",
    ),
    "time.order": Words(
        400, "日期先后矛盾", "Dates contradict each other or the event's day",
        "生产日期不晚于保质期和事件当天，签发日期不晚于事件当天，产品赋码或成批时未过保质期",
        "Made before it expires and not after the event; issued not after the event; not expired when it is made known",
    ),
    "qty.format": Words(
        400, "数量格式错误", "A quantity must be a number",
        "数量填数字，不加引号、千分位和单位", "Write a bare number: no quotes, separators or unit",
    ),
    "qty.not_positive": Words(
        400, "数量必须大于零", "A quantity must be greater than zero",
        "退货另报一个事件，不用负数", "Report goods that come back as an event of their own, never as a negative number",
    ),
    "qty.count": Words(
        400, "头数、件数、天数应为不小于零的整数", "A count of heads, pieces, codes or days is a whole number, not negative",
        "填整数，不加引号和单位", "Write a whole number without quotes or unit",
    ),
    "qty.unit_unknown": Words(
        400, "计量单位未知", "The unit is not in the catalogue",
        "千克 KGM、克 GRM、吨 TNE、升 LTR、件 H87；斤请先换算成千克", "KGM, GRM, TNE, LTR or H87; convert jin to kilograms first",
    ),
    "qty.mass_balance": Words(
        400, "产出重量大于投入重量", "More comes out than went in",
        "请核对投入和产出的数量和单位", "Check amounts and units on both sides",
    ),
    "qty.lot_balance": Words(
        409, "该批次累计投入重量大于累计产出重量", "More of a lot is used, over several events, than was made of it",
        "请核对本批次各次投入和产出；已报错的，先对其报 errorDeclaration 再重报",
        "Check every event of the lot; declare the error of a wrong one first",
    ),
    "qty.lot_balance_late": Words(
        200, "提示：该批次已报投入重量大于已报产出重量", "More of this lot was used already than is said to be made of it",
        "请补报本批次其余产出，或更正有误的事件；已接收", "Report the rest of the lot or correct what is wrong; it was taken",
    ),
    "qty.uncounted": Words(
        200, "提示：该数量未计入平衡核算", "A balance does not count this quantity",
        "投入和产出请用重量单位（KGM、GRM、TNE），活畜按头数", "Give masses (KGM, GRM, TNE) on both sides, and animals by number",
    ),
    "qty.head_balance": Words(
        400, "头数不平", "The heads do not add up",
        "入宰头数 = 投入头数 = 途中死亡 + 检疫不合格 + 胴体数", "headsIn = animals that went in = dead + condemned + carcasses",
    ),
    "qty.per_head": Words(
        400, "平均胴体重超出合理范围", "The mass of a carcass is not believable",
        "请核对产出重量、单位和胴体数", "Check the output's mass, its unit and the number of carcasses",
    ),
    "catalogue.required_field": Words(
        400, "缺少该环节必填项", "A field that this variety and link require is missing",
        "按所指位置补填；空值视为未填。各环节必填项见目录", "Fill in what is pointed at; an empty value counts as missing",
    ),
    "catalogue.unknown_category": Words(
        400, "品种不在追溯目录内", "The variety is not in the catalogue",
        "请从目录选取品种代码（cn:category）", "Choose the code of the variety from the catalogue (cn:category)",
    ),
    "catalogue.not_in_force": Words(
        400, "事件发生时该品种不在目录有效期内", "The variety was not in force on that day",
        "请核对事件日期；该品种当日无需报送", "Check the day of the event; that day the variety needed no report",
    ),
    "catalogue.unknown_link": Words(
        400, "环节代码未知", "The link code is unknown",
        "请从目录选取环节代码（cn:link）", "Choose the code of the link from the catalogue (cn:link)",
    ),
    "catalogue.link_variety": Words(
        400, "该品种没有此环节", "This variety has no such link",
        "请核对品种和环节；各品种的环节见目录", "Check variety and link: the catalogue lists the links of each variety",
    ),
    "catalogue.step_mismatch": Words(
        400, "业务步骤与环节不符", "The business step does not fit the link",
        "请改用目录中该环节的 bizStep；屠宰用 commissioning，不用 killing",
        "Use a bizStep that the catalogue gives the link; slaughter is commissioning, not killing",
    ),
    "catalogue.type_mismatch": Words(
        400, "事件类型与环节不符", "The type of event does not fit the link",
        "请改用目录中该环节的事件类型", "Use a type of event that the catalogue gives the link",
    ),
    "catalogue.must_anchor": Words(
        400, "该环节须上链，事件须列出商品的 GS1 标识", "Events of this link are anchored and must name goods by a GS1 code",
        "在 quantityList 或 epcList 中填写商品批次码或物流单元码", "Name the lot or the logistic unit in quantityList or epcList",
    ),
    "cert.expired": Words(
        400, "检疫证明超过有效期", "The quarantine certificate has expired",
        "请核对签发日期和有效天数；当日有效的证明只能用于签发当日",
        "Check the day of issue; a certificate of one day holds that day only",
    ),
    "cert.reused": Words(
        409, "同一证明用于两个批次", "One certificate was used for two lots",
        "请核对证号；前一批次报错的，先对其报 errorDeclaration 再重报",
        "Check the number; if the first lot was wrong, declare its error first",
    ),
    "cert.used_again": Words(
        200, "提示：同一检验合格证用于两个批次", "One certificate was used for two lots",
        "一批一证；请核对证号，已接收", "One lot has one certificate; check the number. It was taken",
    ),
    "cert.used_elsewhere": Words(
        200, "提示：该检疫证明已被其他主体使用", "Another enterprise used this certificate for a lot of its own",
        "请核对证号；确属冒用的，请报告主管单位", "Check the number; if yours was misused, tell your bureau",
    ),
    "cert.heads": Words(
        409, "该检疫证明累计屠宰头数超过到场头数", "More animals are slaughtered under a certificate than arrived under it",
        "请核对证号和头数；到场头数有误的，先更正进场事件",
        "Check number and heads; if the arrival is wrong, correct that event first",
    ),
    "cert.heads_late": Words(
        200, "提示：该检疫证明已报屠宰头数超过到场头数", "More animals were slaughtered under this form than are said to arrive",
        "请核对头数，更正有误的事件；已接收", "Check the heads and correct the wrong event; it was taken",
    ),
    "submitter.not_allowed": Words(
        403, "密钥无权代该主体报送", "The key may not submit for this enterprise",
        "请核对 cn:uscc；代报须由主管单位在密钥中列明", "Check cn:uscc; a bureau lists in a key whom it may submit for",
    ),
    "submitter.unregistered": Words(
        403, "该主体未登记", "The enterprise is not registered",
        "请主管单位登记该主体", "Have its bureau register it",
    ),
    "submitter.member": Words(
        403, "本网关不服务该主体的主管单位", "This gateway does not serve the enterprise's member",
        "请向主管单位的网关报送", "Submit to the gateway of its bureau",
    ),
    "submitter.kind": Words(
        403, "该类主体不报送此环节", "An enterprise of this kind does not report this link",
        "请核对环节代码；企业类型登记有误的，请主管单位更正",
        "Check the link; if the kind of enterprise is wrong, ask its bureau",
    ),
}  # fmt: skip
