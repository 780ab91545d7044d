"""What can be wrong with a table file, its rows and cells, and with mappings (导入方案); how spreadsheets spoil cells."""

from __future__ import annotations

from typing import Final

from gateway.problem_words.entry import Words

WORDS: Final[dict[str, Words]] = {
    "csv.encoding": Words(
        400, "编码不是 UTF-8 或 GBK，或前后不一致", "Neither UTF-8 nor GBK throughout",
        "在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”，不要把两份导出文件拼在一起",
        "Save as CSV UTF-8; do not paste two exports together",
    ),
    "csv.quote": Words(
        400, "引号不配对", "A quote is not closed",
        "单元格中的引号写成两个；用 Excel 或 WPS 另存为 CSV 可自动处理",
        "Double a quote inside a cell, or save as CSV from a spreadsheet",
    ),
    "csv.delimiter": Words(
        400, "分隔符不是逗号", "The separator is not a comma",
        "另存为逗号分隔的 CSV", "Save as CSV separated by commas",
    ),
    "csv.header_missing": Words(
        400, "缺少必需的列", "A required column is missing",
        "表头占一行，在前 10 行之内，与空白模板一致；或在导入方案中写明自己的列名",
        "The heads stand in one row among the first ten, as in the blank template; or name your own in a mapping",
    ),
    "csv.header_duplicate": Words(
        400, "列名重复", "Two columns have the same head",
        "删去或改名其中一列", "Remove or rename one of them",
    ),
    "csv.empty": Words(400, "没有数据行", "There are no rows"),
    "csv.formula": Words(
        400, "单元格以公式字符开头", "A cell begins like a formula",
        "以 = + - @ 开头的内容请改为普通文字；由公式算出的，复制后“选择性粘贴－数值”",
        "Write plain text; paste the values of formulas",
    ),
    "csv.ragged": Words(
        400, "列数与表头不一致", "The row has another number of cells than the head",
        "内容中含逗号的单元格须加引号；检查是否错列", "Quote cells that contain a comma; look for shifted cells",
    ),
    "csv.duplicate_row": Words(
        400, "不可重复的列（如追溯单号与行号）与前面的行重复", "A row with the same unique columns came before",
        "同一行只报一次：删去本行；确是另一行的，改用新的行号", "Delete this row, or give it a number of its own",
    ),
    "csv.group": Words(
        400, "与同一追溯单的第一行不一致", "It differs from the first row of the same slip",
        "一张追溯单只有一个买方、卖方和品种；否则请分成两张", "A slip has one buyer, seller and variety; split it otherwise",
    ),
    "table.row_recorded": Words(
        400, "同一行先前已登记，内容不同", "The same row is recorded with other content",
        "确需更正的，加一列“更正原事件”，填原事件的事件编号（shisu events 可查），再报送同一追溯单的全部行",
        "To correct it add a column 更正原事件 with the eventID of the recorded event (see shisu events), and send all its rows",
    ),
    "table.corrects_unknown": Words(
        400, "没有这个可更正的事件", "There is no such event to correct",
        "“更正原事件”填本主体已登记事件的事件编号，以 ni:/// 开头，整段复制；shisu events 可查",
        "Give the eventID of a recorded event of the same submitter, copied whole; shisu events shows it",
    ),
    "table.corrects_same": Words(
        400, "与原事件相同，没有可更正的内容", "It says the same as the event it corrects",
        "请改正内容，或清空“更正原事件”", "Mend what is wrong, or empty that cell",
    ),
    "table.corrects_again": Words(
        409, "原事件已声明有误", "The event was declared wrong before",
        "请更正更正后的那个事件；shisu events show 可查", "Correct the event that took its place; see shisu events show",
    ),
    "table.corrects_withdrawn": Words(
        409, "原事件已作废", "The event was withdrawn",
        "清空“更正原事件”，把改正后的行照常报送", "Empty that cell, and send the mended rows as any others",
    ),
    "table.content_wrong": Words(
        409, "内容与先前已声明有误的事件相同，不能恢复有效",
        "It says the same as an event that was declared wrong, which stays so",
        "原内容确属正确的，须有不同的标识：改用新的追溯单号（如在原号后加“-2”），或以 EPCIS 事件另起事件编号，再报送",
        "If it is right after all, name it anew: another slip number (the old one with -2), or an EPCIS event of an own eventID",
    ),
    "table.corrects_part": Words(
        400, "原事件不止这些行，或同一追溯单中有错误的行", "The event has more rows than these, or others of the slip are wrong",
        "更正须整单：把同一追溯单的全部行一起报送", "A slip is corrected whole: send all its rows together",
    ),
    "table.corrects_one": Words(
        400, "更正用的表格须恰好对应一个事件", "A table that corrects an event must make exactly one",
        "只留这一张追溯单的行；一次更正多个事件，请用“更正原事件”列",
        "Leave only the rows of that slip; to correct several events use the column 更正原事件",
    ),
    "table.corrects_differ": Words(
        400, "同一追溯单的各行所填的原事件不同", "The rows of a slip name different events to correct",
    ),
    "table.form": Words(
        415, "该导入方案不接受这种文件", "The profile does not take files of this form",
        "表格用 .csv、.xlsx 或 .ndjson；平台上传格式用 .json 或 .ndjson",
        "Tables: .csv, .xlsx, .ndjson; the platform's shape: .json, .ndjson",
    ),
    "table.media_type": Words(
        415, "内容类型须为 text/csv、xlsx、application/x-ndjson 或 application/json",
        "Content-Type must be text/csv, that of .xlsx, application/x-ndjson or application/json",
    ),
    "table.profile": Words(
        404, "没有这个导入方案", "There is no such profile",
        "内置方案：pork_wholesale_day、formula_serials、city_platform、epcis；本企业的方案由主管单位登记",
        "Shipped: pork_wholesale_day, formula_serials, city_platform, epcis; those of an enterprise are registered by its bureau",
    ),
    "table.submitter": Words(
        400, "须用 submitter 写明代哪个主体报送", "Say with submitter for whom this is submitted",
        "该密钥可代多个主体报送", "The key may submit for several enterprises",
    ),
    "table.rows": Words(413, "超过 200,000 行", "More than 200,000 rows", "请分成几个文件", "Split the file"),
    "table.columns": Words(
        413, "超过 256 列", "More than 256 columns",
        "请删去表格右侧多余的列", "Delete the empty columns at the right",
    ),
    "table.sheet": Words(400, "没有这个工作表，或没有可见的工作表", "There is no such sheet, or none that is visible"),
    "table.xlsx": Words(
        400, "不是可读取的 .xlsx 文件", "Not a workbook that can be read",
        "旧的 .xls 或加密的文件请另存为无密码的 .xlsx", "Save an .xls or protected file as .xlsx without a password",
    ),
    "table.macros": Words(400, "文件含有宏", "The workbook has macros", "另存为不含宏的 .xlsx", "Save as .xlsx without macros"),
    "table.external": Words(
        400, "文件链接到其他文件或数据源", "The workbook links to other files or sources",
        "断开链接并粘贴为数值后另存", "Break the links, paste values, and save again",
    ),
    "table.unpacked": Words(
        413, "文件解压后过大", "The workbook is too large when unpacked",
        "请分成几个文件", "Split the file",
    ),
    "table.column_unknown": Words(200, "提示：导入方案没有这一列，未使用", "No column of the profile: not used"),
    "table.example_row": Words(200, "提示：模板的示例行未删除，已跳过", "The template's example row was skipped"),
    "table.sheets": Words(
        400, "有几个工作表都可能是要报送的表", "Several sheets could be meant",
        "用 sheet（shisu submit --sheet）写明工作表名，或删去其余工作表",
        "Name one with sheet (shisu submit --sheet), or delete the others",
    ),
    "table.sheet_chosen": Words(
        200, "提示：第一个工作表不是数据，已读取有所需表头的那个工作表",
        "The first sheet is no table: the one that has the heads was read",
    ),
    "table.more_sheets": Words(
        200, "提示：还有别的工作表有同样的表头，没有读取", "Other sheets have the same heads and were not read",
        "各工作表分别报送：用 sheet（shisu submit --sheet）写明工作表名", "Submit each by its name: sheet (shisu submit --sheet)",
    ),
    "table.head_row": Words(
        200, "提示：表头在这一行，以上各行未使用", "The heads were found in this row: the rows above it are not used",
    ),
    "table.rows_above": Words(
        400, "表头以上还有像数据的行", "Above the heads there are rows that look like data",
        "一个文件只放一张表：表头以上只留标题", "One table a file: leave only a title above the heads",
    ),
    "table.merged_heads": Words(
        400, "表头中有合并的单元格", "Heads are merged cells",
        "取消合并，每列一个列名，只占一行", "Unmerge them: one row, one head a column",
    ),
    "table.total_row": Words(
        200, "提示：这是合计行，已跳过，未报送；可删去，也可保留",
        "A total row was skipped, not submitted: delete it or leave it",
    ),
    "table.signature_row": Words(
        200, "提示：这是制表、审核签字行，已跳过，未报送；可删去，也可保留",
        "A signature row was skipped, not submitted: delete it or leave it",
    ),
    "json.not_cell": Words(400, "一行只能是单个值，不能嵌套", "A row has plain values only, no lists or objects"),
    "json.not_city": Words(400, "不是平台上传格式：缺少 batchDetail", "Not of the platform's shape: batchDetail is missing"),
    "cell.exponent": Words(
        400, "表格软件把长数字改成了科学计数法，末尾的数字已丢失",
        "The spreadsheet wrote a long number in exponent form and lost its digits",
        "先把该列设为“文本”格式，再从原件重新录入完整号码", "Format the column as text first, then type the whole number again",
    ),
    "cell.leading_zeros": Words(
        400, "位数不足：表格软件可能去掉了开头的 0", "Too few digits: the spreadsheet may have dropped leading zeros",
        "先把该列设为“文本”格式，再按原件补全号码", "Format the column as text first, then type the whole number again",
    ),
    "cell.apostrophe": Words(
        400, "号码前多了一个撇号", "There is an apostrophe before the number",
        "删去开头的 '，把该列设为“文本”格式即可", "Delete the ' and format the column as text instead",
    ),
    "cell.serial_date": Words(
        400, "这是表格软件内部的日期序号", "This is a spreadsheet's inner number of a date",
        "把该列设为日期格式 yyyy-mm-dd hh:mm:ss 后再另存", "Format the column as a date (yyyy-mm-dd hh:mm:ss) and save again",
    ),
    "cell.merged": Words(
        400, "这一格与别的格合并了，本行没有内容", "The cell is merged with another one and holds nothing in this row",
        "选中后取消合并，每一行都填上内容", "Unmerge the cells and fill in every row",
    ),
    "cell.merged_blank": Words(
        200, "提示：这一格与别的格合并了，本行按空白处理", "The cell is merged with another one: taken as blank in this row",
        "本行也是这个内容的，取消合并后填上", "If the content is meant for this row too, unmerge and fill it in",
    ),
    "cell.day_only": Words(
        400, "只有日期，没有时刻", "There is a day without a time of day",
        "在日期后空一格写上时刻（北京时间），如 2025-06-02 05:30；单元格设为 yyyy-mm-dd hh:mm 或文本格式",
        "Write the time of day behind the date, as in 2025-06-02 05:30 (Beijing time), with the cell formatted as text",
    ),
    "cell.unit": Words(
        400, "该单位不在导入方案的单位表中", "The mapping has no such unit",
        "改用所列的写法；其他写法请主管单位加入导入方案的 units",
        "Use one of those listed, or have your word added to the mapping's units",
    ),
    "cell.jin": Words(
        400, "斤、两、担不是法定计量单位，不代为换算", "Jin and its kin are no legal units, and are not converted here",
        "请换算成千克：1 斤 = 0.5 千克，1 两 = 0.05 千克，1 担 = 50 千克，单位填 千克",
        "Convert to kilograms: 1 jin = 0.5 kg, 1 liang = 0.05 kg, 1 dan = 50 kg",
    ),
    "cell.date": Words(
        400, "表格软件把内容改成了日期", "The spreadsheet took the content for a date",
        "先把该列设为“文本”格式，再重新录入", "Format the column as text first, then type it again",
    ),
    "cell.thousands": Words(400, "数字中有千位分隔符", "The number has thousands separators", "写成 1200.5", "Write 1200.5"),
    "cell.full_width": Words(400, "数字是全角字符", "The digits are full-width", "改为半角数字", "Use plain digits"),
    "cell.number_as_text": Words(
        200, "提示：单元格是数字格式，开头的 0 可能已丢失", "The cell is a number: leading zeros may be lost",
        "号码类的列请设为“文本”格式", "Format columns of numbers that name things as text",
    ),
    "cell.integer": Words(400, "须为从 1 起的整数", "A whole number from 1 is needed"),
    "cell.number": Words(400, "须为数字", "A number is needed"),
    "cell.digits": Words(400, "位数不对，或含有数字以外的字符", "Another number of digits is needed, and digits only"),
    "cell.choice": Words(400, "须为 是 或 否", "Write one of the two Chinese words for yes and no"),
    "cell.code_differs": Words(
        400, "追溯码与商品条码、批号或序列号不一致", "The code differs from the GTIN, lot or serial beside it",
    ),
    "cell.product_unknown": Words(
        400, "无法确定商品条码", "The goods have no GTIN",
        "填写追溯码或商品条码，或在导入方案的商品表中登记该商品",
        "Give a code or GTIN, or add the product to the mapping's table",
    ),
    "cell.item_quantity": Words(400, "单品或物流单元的数量只能是 1", "The quantity of one item or logistic unit is 1"),
    "qty.unit_missing": Words(
        400, "数量带小数而没有计量单位", "A fraction of a piece: the unit is missing",
        "在数量后写明单位，如 12.5kg", "Write the unit, as in 12.5kg",
    ),
    "mapping.refused": Words(400, "导入方案不正确", "The mapping is not right"),
    "mapping.form": Words(400, "导入方案此处的名称或值不对", "A name or value that a mapping does not have here"),
    "mapping.extends": Words(400, "所扩展的内置方案不存在", "The profile it extends does not ship"),
    "mapping.parser": Words(
        400, "本网关没有这个追溯码解析器", "This code parser is not installed here",
        "可用 gs1", "gs1 ships",
    ),
    "mapping.target": Words(
        400, "列的去向不对，或缺少时间、商品的列", "A column's target is not one, or time or goods have no column",
    ),
    "mapping.twice": Words(400, "列名或去向重复", "A head or a target appears twice"),
    "mapping.reference": Words(400, "所引列名不在方案的列中", "A head that is none of the mapping's columns"),
    "mapping.term": Words(
        400, "目录中没有这个 cn: 字段", "The catalogue has no such cn: term",
        "字段名见 docs/protocol.md 和内置方案", "See docs/protocol.md and the shipped profiles for the names",
    ),
    "mapping.category": Words(
        400, "目录中没有这个品种", "The catalogue has no such variety",
        "填追溯目录的品种代码，如 pork", "Give the code of a variety of the catalogue, as pork",
    ),
    "mapping.link": Words(400, "目录中没有这个环节", "The catalogue has no such link"),
    "mapping.shape": Words(400, "事件的写法不对", "The shape of its events is not right"),
}  # fmt: skip
