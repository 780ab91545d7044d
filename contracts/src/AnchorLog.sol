// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IAnchorLog} from "./interfaces/IAnchorLog.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";

/// @title The log of batch heads
/// @notice One contract for all members, final: {IAnchorLog} says what it does.
/// @dev Storage is part of the protocol: verifiers walk to slot keccak256(abi.encode(keccak256(abi.encode(member, seq)),
/// uint256(0))) and the one after it.
contract AnchorLog is IAnchorLog {
    /// @dev Two words: the root; then, from the low bits, size, block, suite, scope. A written head has a root.
    struct Head {
        bytes32 root;
        uint48 size;
        uint48 blockNumber;
        uint8 suite;
        uint64 scope;
    }

    mapping(bytes32 key => Head) private _heads; // slot 0
    IConsortium private immutable _consortium;

    /// @dev Requirements: `consortium_` is a contract.
    constructor(IConsortium consortium_) {
        if (address(consortium_).code.length == 0) revert ConsortiumWithoutCode(address(consortium_));
        _consortium = consortium_;
    }

    /// @inheritdoc IAnchorLog
    function anchor(uint64 seq, bytes32 root, uint64 size, uint64 scope, uint8 suite) external {
        (bytes32 member, bytes8 code, uint64 allowed) = _consortium.anchoring(msg.sender);
        if (uint32(scope) == 0 || scope >> 32 == 0) revert AnchorScopeIncomplete(scope);
        if (scope & ~allowed != 0) revert AnchorScopeExceeded(member, scope, allowed);
        if (root == 0) revert AnchorRootMissing(member, seq);
        if (size == 0 || size > type(uint48).max) revert AnchorSizeOutOfRange(size);
        if (suite == 0) revert AnchorSuiteMissing(member, seq);
        if (seq == 0 || seq > type(uint48).max) revert AnchorSeqOutOfRange(seq);
        if (seq != 1 && _heads[_key(member, seq - 1)].root == 0) revert AnchorOutOfOrder(member, seq);
        Head storage place = _heads[_key(member, seq)];
        if (place.root != 0) revert AnchorAlreadySet(member, seq);

        place.root = root;
        place.size = uint48(size);
        place.blockNumber = uint48(block.number);
        place.suite = suite;
        place.scope = scope;
        emit Anchored(member, seq, root, size, scope, suite, code);
    }

    /// @inheritdoc IAnchorLog
    function head(bytes32 member, uint64 seq)
        external
        view
        returns (bytes32 root, uint48 size, uint48 blockNumber, uint8 suite, uint64 scope)
    {
        Head storage place = _heads[_key(member, seq)];
        return (place.root, place.size, place.blockNumber, place.suite, place.scope);
    }

    /// @inheritdoc IAnchorLog
    function consortium() external view returns (address) {
        return address(_consortium);
    }

    function _key(bytes32 member, uint64 seq) private pure returns (bytes32) {
        return keccak256(abi.encode(member, seq));
    }
}
