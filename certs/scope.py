"""
The scope table (职责范围): which bit of the on-chain uint64 stands for which food class and stage.

First edition, from the consortium's scope list of 2023; low 32 bits food class, high 32 bits stage. A bit is never reused and
a name never moves, so a table that grows only adds rows. Our reading, not an official table.
"""

from __future__ import annotations

from certs.errors import CannotCheck

CLASSES: dict[str, int] = {
    "grain": 0, "livestock": 1, "poultry": 2, "vegetable": 3, "fruit": 4, "aquatic": 5,
    "soy": 6, "dairy": 7, "oil": 8, "special": 9, "alcohol": 10, "other": 11,
}  # fmt: skip
STAGES: dict[str, int] = {
    "growing": 32, "slaughter": 33, "production": 34, "logistics": 35, "wholesale": 36,
    "retail": 37, "catering": 38, "import": 39, "regulatory": 40, "other": 41,
}  # fmt: skip
CLASS_NAMES_ZH: dict[str, str] = {
    "grain": "粮食及其制品", "livestock": "畜产品及其制品", "poultry": "禽及其产品、制品", "vegetable": "蔬菜", "fruit": "水果",
    "aquatic": "水产品", "soy": "豆制品", "dairy": "乳品", "oil": "食用油", "special": "特殊食品",
    "alcohol": "酒类", "other": "其他",
}  # fmt: skip
STAGE_NAMES_ZH: dict[str, str] = {
    "growing": "种植养殖", "slaughter": "屠宰", "production": "生产加工", "logistics": "仓储运输", "wholesale": "批发",
    "retail": "零售", "catering": "餐饮、学校供餐", "import": "进口", "regulatory": "监管", "other": "其他",
}  # fmt: skip


def scope_bits(class_: str, stage: str) -> int:
    """The uint64 with the class's and the stage's bit. Raises `CannotCheck` for a name the table lacks (step 8)."""
    if class_ not in CLASSES:
        raise CannotCheck("scope.class.unknown", "/tiers/public/body/class")
    if stage not in STAGES:
        raise CannotCheck("scope.stage.unknown", "/tiers/public/body/stage")
    return 1 << CLASSES[class_] | 1 << STAGES[stage]
