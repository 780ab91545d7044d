"""
Why a contract refuses a call, in Chinese and English, by the name of its error.

An error that has no row here is named as it is: nothing is guessed.
"""

from __future__ import annotations

from typing import Final

from ledger.action_words import Text

_WORDS: Final[dict[str, Text]] = {
    "MemberFormInvalid": ("成员单位须为 18 位统一社会信用代码", "A member is a USCC of 18 characters"),
    "CodeFormInvalid": ("简码须为 2 至 8 位大写字母或数字", "A code has 2 to 8 capital letters or digits"),
    "CodeTaken": ("该简码属于另一成员单位", "The code is another member's"),
    "CodeFixed": ("该成员单位另有简码，不能更换", "The member has another code, which stays"),
    "SignerInvalid": ("签名账户不能是零地址或合约本身", "The zero address and the contract itself are no signers"),
    "SignerTaken": ("该签名账户已属于一个成员单位，不能再用", "The account has been a signer already and cannot be one again"),
    "SignerNotActing": ("签名账户现在不代表任何成员单位", "The signer acts for no member now"),
    "RightsInvalid": ("没有这样的权限", "There are no such rights"),
    "RightMissing": ("该成员单位没有此项权限", "The member does not hold the right"),
    "ScopeInvalid": (
        "类别和环节须都有或都没有；有上链权限（ANCHOR）的须都有",
        "Classes and stages go together, and the right ANCHOR needs both",
    ),
    "MemberAlreadyActive": ("已是成员单位", "It is a member already"),
    "MemberNotActive": ("不是现有成员单位", "It is not a member now"),
    "MemberIsFrozen": ("该成员单位已被冻结", "The member is frozen"),
    "MemberNotFrozen": ("该成员单位未被冻结", "The member is not frozen"),
    "MemberOperates": (
        "该成员单位正在运行共识节点，须先公告没有它的名单",
        "The member operates a validator: announce a set without it first",
    ),
    "VotersTooFew": ("表决成员将少于四个", "Fewer than four voters would be left"),
    "ValidatorCountInvalid": ("共识节点须为 1 至 64 个", "A set has 1 to 64 validators"),
    "ValidatorOrderInvalid": ("共识节点有重复或零地址", "A validator is listed twice or is the zero address"),
    "OperatorCountInvalid": ("每个共识节点须有一个运行方", "Every validator has one operator"),
    "OperatorRepeated": ("一个成员单位只能运行一个共识节点", "A member operates one validator only"),
    "ValidatorsChangeTooLarge": ("一次最多进一个、出一个共识节点", "At most one validator comes in and one goes out at a time"),
    "ValidatorsNotInForce": ("上次公告的名单尚未生效，请等下一区块", "The set announced last is not in force yet: wait a block"),
    "ProposalTargetWithoutCode": ("要调用的地址没有合约", "There is no contract at the address to be called"),
    "CallerNotProposal": ("只有经表决的提案才能调用", "Only an executed proposal may call this"),
    "StatusCallerNotConsortium": ("只有经表决的提案才能调用", "Only an executed proposal may call this"),
    "StatusMemberUnknown": ("没有这个成员单位", "There is no such member"),
    "StatusNotApplicable": ("该对象不能有此状态", "This cannot have that status"),
    "StatusPlaceMissing": ("链上没有这个上链批次或这片叶", "There is no such batch or leaf on the chain"),
    "StatusSuccessorInvalid": (
        "更正后的凭证须是该成员单位更晚的凭证",
        "The successor must be a later certificate of the member",
    ),
    "StatusRevoked": ("已撤销，不能再改", "It is revoked, which is final"),
    "StatusKept": ("该状态由其他成员单位或表决设定", "The status was set by another member or by a vote"),
    "StatusOvertaken": (
        "链回退后，同一对象更晚的状态已先上链",
        "A newer status of the same came first, after the chain was rewound",
    ),
    "": ("合约没有说明原因", "The contract gives no reason"),
}


def refusal_words(name: str) -> Text:
    """The words of an error of ours; for any other its own name."""
    return _WORDS.get(name, (name, name))
