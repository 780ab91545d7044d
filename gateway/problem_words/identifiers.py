"""What can be wrong with identifiers: GS1 keys, social credit codes, licences, certificates on paper."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "id.digital_link": Words(
        400, "标识不是合法的 GS1 Digital Link", "Not a GS1 Digital Link URI we accept",
        "用 https://id.gs1.org/01/{GTIN}/10/{批号} 的形式，批号中的符号按百分号编码，不带问号和井号",
        "Write https://id.gs1.org/01/{GTIN}/10/{lot}, percent-encoded, without ? or #",
    ),
    "id.epc_urn": Words(
        400, "标识不是合法的 EPC URN", "Not a well-formed EPC URN",
        "请改用 GS1 Digital Link，或核对厂商识别代码的位数", "Use a GS1 Digital Link, or check the length of the company prefix",
    ),
    "id.gtin_format": Words(
        400, "商品条码格式错误", "A GTIN has 14 digits",
        "GTIN 为 14 位数字；13 位商品条码在左边补 0", "Put a 0 before a bar code of 13 digits",
    ),
    "id.gtin_check": Words(
        400, "商品条码校验位错误", "The check digit of a GTIN is wrong",
        "请对照包装上的条码逐位核对", "Compare each digit with the bar code on the package",
    ),
    "id.sscc_format": Words(
        400, "物流单元码格式错误", "An SSCC has 18 digits",
        "请对照物流标签核对 18 位数字", "Compare the 18 digits with the logistic label",
    ),
    "id.sscc_check": Words(
        400, "物流单元码校验位错误", "The check digit of an SSCC is wrong",
        "请对照物流标签逐位核对", "Compare each digit with the logistic label",
    ),
    "id.gln_format": Words(400, "位置码格式错误", "A GLN has 13 digits"),
    "id.gln_check": Words(
        400, "位置码校验位错误", "The check digit of a GLN is wrong",
        "请核对 13 位位置码（GLN）的最后一位", "Compare the last of the GLN's 13 digits with its source",
    ),
    "id.lot": Words(
        400, "批号超过 20 位或含有不允许的字符", "A lot has up to 20 characters of GS1's set",
        "批号只用字母、数字和 - . / 等符号，不用汉字和空格",
        "Use letters, digits and signs such as - . /, no Chinese characters or blanks",
    ),
    "id.output_lot": Words(
        400, "产出批号与屠宰批号不符", "A slaughter puts out another lot than the one it states",
        "outputQuantityList 每项的批号须与 ilmd 的批号相同；另一批次另报一个事件",
        "Every output has the lot of ilmd; report another lot as an event of its own",
    ),
    "id.serial": Words(
        400, "序列号超过 20 位或含有不允许的字符", "A serial has up to 20 characters of GS1's set",
        "序列号只用字母、数字和 - . / 等符号", "Use letters, digits and signs such as - . /",
    ),
    "id.uscc_format": Words(
        400, "统一社会信用代码格式错误", "A USCC has another form",
        "18 位数字和大写字母，没有 I、O、S、V、Z；不用小写和全角",
        "18 digits and capital letters without I, O, S, V, Z; neither lower case nor full width",
    ),
    "id.uscc_check": Words(
        400, "统一社会信用代码校验位错误", "The check character of a USCC is wrong",
        "请对照营业执照逐位核对", "Compare each character with the business licence",
    ),
    "id.quarantine_format": Words(
        400, "动物检疫证编号应为 10 位数字", "The number of a quarantine certificate has 10 digits",
        "请照证上的编号填写，保留开头的 0；用 Excel 填写时把该列设为文本格式",
        "Copy the number from the certificate, zeros in front included; in a spreadsheet format the column as text",
    ),
    "id.reg_format": Words(
        400, "产品注册号或备案号格式错误", "The registration number of a product has another form",
        "婴配为国食注字YP加 8 位数字，特医为国食注字TY加 8 位数字，保健食品为国食健注G/J加 8 位数字或食健备G/J加 12 位数字",
        "8 digits after the letters for formula, FSMP and registered health food; 12 digits for notified health food",
    ),
    "id.sc_format": Words(
        400, "食品生产许可证编号格式错误", "A food production licence is SC and 14 digits",
        "请照许可证填写 SC 加 14 位数字，不加空格", "Write SC and the 14 digits of the licence, without blanks",
    ),
    "id.sc_check": Words(
        400, "食品生产许可证编号校验位错误", "The check digit of a food production licence is wrong",
        "请对照许可证逐位核对", "Compare each digit with the licence",
    ),
    "id.jy_format": Words(
        400, "食品经营许可证编号格式错误", "A food business licence is JY and 14 digits",
        "请照许可证填写 JY 加 14 位数字", "Write JY and the 14 digits of the licence",
    ),
    "id.jy_check": Words(
        400, "食品经营许可证编号校验位错误", "The check digit of a food business licence is wrong",
        "请对照许可证逐位核对", "Compare each digit with the licence",
    ),
    "id.customs_format": Words(
        400, "报关单号应为 18 位数字", "A customs declaration has 18 digits",
        "请照报关单填写；用 Excel 填写时把该列设为文本格式",
        "Copy it from the declaration; in a spreadsheet format the column as text",
    ),
    "id.inspection_format": Words(
        400, "入境货物检验检疫证明编号应为 15 位数字", "An import inspection certificate has 15 digits",
        "请照证明上的编号填写", "Copy the number from the certificate",
    ),
    "id.ear_tag": Words(
        400, "耳标号应为 15 位数字，首位为畜种", "An ear tag has 15 digits, the first for the species",
        "首位 1 猪、2 牛、3 羊、7 能繁母猪，后接 6 位县区代码和 8 位顺序号",
        "1 pig, 2 cattle, 3 sheep, 7 sow, then 6 digits of the county and 8 of the sequence",
    ),
    "id.paper_format": Words(
        400, "证照编号的格式不符合目录", "The number of a paper has another form than the catalogue gives it",
        "请照证照上的编号填写；一个字段一个编号", "Copy the number from the paper, one number a field",
    ),
}  # fmt: skip
