"""Why a gateway does not start with its settings: a stable code, and the rule in Chinese and English."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "settings.file": ("设置文件不存在", "the settings file is not there"),
    "settings.syntax": ("设置不是合法的 TOML 或 JSON", "settings cannot be read: not valid TOML or JSON"),
    "settings.value": ("设置项的值不正确", "not a value that it can have"),
    "settings.file_mode": (
        "设置文件含数据库口令，其他用户却可读取（请 chmod 600）",
        "it holds the database's password, and others can read the file (chmod 600 it)",
    ),
    "settings.link": ("生产环境的公开链接须为 https", "production links must be https"),
    "settings.database": ("不是数据库 URL", "not a database URL"),
    "settings.default_secret": ("生产环境不得使用默认口令", "a default password"),
    "settings.key_pair": ("keystore 与 passphrase_file 须同时给出", "keystore and passphrase_file go together"),
    "settings.passphrase": (
        "生产环境的口令不得为默认值或短于 12 个字符",
        "a default passphrase, or one shorter than 12 characters",
    ),
    "settings.salts_shown": (
        "不得写在设置文件中：请用 salt_keys_file 指定文件，或设 SHISU_SALT_KEYS",
        "not in a settings file: name a salt_keys_file, or set SHISU_SALT_KEYS",
    ),
    "settings.salts_twice": ("文件与变量 SHISU_SALT_KEYS 只能用其一", "a file or the variable SHISU_SALT_KEYS, not both"),
    "settings.salts_open": (
        "生产环境须加密保存盐（shisu salts key FILE 生成密钥）",
        "production seals its salts (shisu salts key FILE makes a key)",
    ),
    "settings.salts_form": (
        "须每行一个 64 位小写十六进制密钥，不得重复",
        "one key of 64 lower-case hex digits a line is wanted, each once",
    ),
    "settings.key_file": ("文件不存在", "the file is not there"),
    "settings.key_kind": ("不是文件", "not a file"),
    "settings.key_mode": ("其他用户可读取该文件（请 chmod 600）", "others can read the file (chmod 600 it)"),
    "settings.signer": ("该账户在链上不代表任何成员单位", "on this chain its account acts for no member"),
    "settings.other_member": ("该账户在链上代表另一成员单位", "on this chain the account acts for another member"),
    "settings.devchain": (
        "生产环境不得使用内置演示链：它的全部密钥在一台机器上",
        "production on the embedded chain, all of whose keys are on one machine",
    ),
}


def sentence(code: str, where: str, *, detail: str = "") -> str:
    """One reason for the operator; `where` names the setting, `detail` says more of our own, never a value."""
    zh, en = WORDS[code]
    return f"{where}: {zh} / {en}{' - ' + detail if detail else ''} ({code})"
