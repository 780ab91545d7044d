// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";

/// @title How members, codes, rights and scopes are written
/// @notice Form only: the check character of a USCC is the gateway's to check.
library MemberForm {
    uint8 internal constant VOTE = 1;
    uint8 internal constant ANCHOR = 2;
    uint8 internal constant STATUS = 4;
    uint8 internal constant RECALL = 8;

    /// @dev Bit n is set when ASCII character n is allowed: 0-9A-Z, and the same without I, O, S, V, Z (GB 32100).
    uint256 private constant CODE_ALPHABET = 0x07fffffe03ff000000000000;
    uint256 private constant USCC_ALPHABET = 0x03b77dfe03ff000000000000;

    /// @dev Requirements: 18 characters of the GB 32100 alphabet, then zero bytes.
    function checkMember(bytes32 member) internal pure {
        if (_length(member, USCC_ALPHABET) != 18) revert IConsortium.MemberFormInvalid(member);
    }

    /// @dev Requirements: 2 to 8 characters of `[A-Z0-9]`, then zero bytes.
    function checkCode(bytes8 code) internal pure {
        uint256 length = _length(code, CODE_ALPHABET);
        if (length < 2 || length > 8) revert IConsortium.CodeFormInvalid(code);
    }

    /// @dev Requirements: no unknown right.
    function checkRights(uint8 rights) internal pure {
        if (rights > 15) revert IConsortium.RightsInvalid(rights);
    }

    /// @dev Requirements: class and stage bits, or none of either; not empty for a member that holds ANCHOR.
    function checkScope(uint8 rights, uint64 scope) internal pure {
        bool hasClass = uint32(scope) != 0;
        bool hasStage = scope >> 32 != 0;
        if (hasClass != hasStage || (rights & ANCHOR != 0 && !hasClass)) revert IConsortium.ScopeInvalid(rights, scope);
    }

    /// @dev How many leading bytes are of the alphabet; 33 when anything but zero bytes follows them.
    function _length(bytes32 text, uint256 alphabet) private pure returns (uint256 length) {
        while (length < 32 && (alphabet >> uint8(text[length])) & 1 == 1) ++length;
        if (length < 32 && text << (8 * length) != 0) return 33;
    }
}
