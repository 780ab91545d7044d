// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IConsortium} from "./interfaces/IConsortium.sol";

/// @title What a validator set looks like, and how far two may differ
/// @notice Verifiers repeat these rules on every announcement, so a set that breaks them proves nothing.
library ValidatorForm {
    /// @dev Requirements: 1 to 64 non-zero addresses, strictly ascending; as many operators, none twice.
    function check(address[] memory validators, bytes32[] memory operators) internal pure {
        uint256 count = validators.length;
        if (count == 0 || count > 64) revert IConsortium.ValidatorCountInvalid(count);
        if (operators.length != count) revert IConsortium.OperatorCountInvalid(count, operators.length);
        address last = address(0);
        for (uint256 i = 0; i < count; ++i) {
            if (validators[i] <= last) revert IConsortium.ValidatorOrderInvalid(i, validators[i]);
            last = validators[i];
            for (uint256 j = 0; j < i; ++j) {
                if (operators[j] == operators[i]) revert IConsortium.OperatorRepeated(operators[i]);
            }
        }
    }

    /// @dev Requirements: at most one address in and one out.
    function checkStep(address[] memory current, address[] memory next) internal pure {
        uint256 entering = _missing(next, current);
        uint256 leaving = _missing(current, next);
        if (entering > 1 || leaving > 1) revert IConsortium.ValidatorsChangeTooLarge(entering, leaving);
    }

    /// @dev How many of `list` are not in `other`; both ascend.
    function _missing(address[] memory list, address[] memory other) private pure returns (uint256 count) {
        uint256 j = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            while (j < other.length && other[j] < list[i]) ++j;
            if (j == other.length || other[j] != list[i]) ++count;
        }
    }
}
