// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IAnchorLog} from "./interfaces/IAnchorLog.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IStatusRegistry, Status} from "./interfaces/IStatusRegistry.sol";
import {MemberForm} from "./MemberForm.sol";

/// @title What became of certificates
/// @notice One contract for all members, final: {IStatusRegistry} says what it does.
/// @dev Storage is part of the protocol: a word lies at slot keccak256(abi.encode(key, uint256(0))), key = keccak256 of
/// abi.encode(uint8(1), member, seq, index)
/// for a leaf, (uint8(2), member, seq) for a batch, (uint8(3), codeKey) for a code.
contract StatusRegistry is IStatusRegistry {
    /// @dev The keeper of what a proposal set: no member's USCC, which ends with zero bytes.
    bytes32 private constant _BY_PROPOSAL = bytes32(type(uint256).max);

    mapping(bytes32 key => Entry) private _entries; // slot 0
    mapping(bytes32 key => bytes32 member) private _keepers;
    uint64 private _changes;
    IConsortium private immutable _consortium;
    IAnchorLog private immutable _anchorLog;

    /// @dev Requirements: called by the consortium, that is by a proposal that two thirds approve.
    modifier onlyConsortium() {
        if (msg.sender != address(_consortium)) revert StatusCallerNotConsortium(msg.sender);
        _;
    }

    /// @dev Requirements: both are contracts.
    constructor(IConsortium consortium_, IAnchorLog anchorLog_) {
        if (address(consortium_).code.length == 0) revert ContractWithoutCode(address(consortium_));
        if (address(anchorLog_).code.length == 0) revert ContractWithoutCode(address(anchorLog_));
        _consortium = consortium_;
        _anchorLog = anchorLog_;
    }

    // ---------------------------------------------------------------- by members

    /// @inheritdoc IStatusRegistry
    function setLeaf(uint64 seq, uint64 index, Status status, uint16 reason, uint64 nextSeq, uint64 nextIndex) external {
        bytes32 member = _caller(MemberForm.STATUS);
        _setLeaf(member, member, seq, index, status, reason, nextSeq, nextIndex);
    }

    /// @inheritdoc IStatusRegistry
    function setBatch(uint64 seq, Status status, uint16 reason) external {
        bytes32 member = _caller(MemberForm.STATUS);
        _setBatch(member, member, seq, status, reason);
    }

    /// @inheritdoc IStatusRegistry
    function setCode(bytes32 codeKey, Status status, uint16 reason) external {
        bytes32 member = _caller(MemberForm.RECALL);
        _setCode(member, member, codeKey, status, reason);
    }

    // ---------------------------------------------------------------- by proposal

    /// @inheritdoc IStatusRegistry
    function setLeafFor(bytes32 member, uint64 seq, uint64 index, Status status, uint16 reason, uint64 nextSeq, uint64 nextIndex)
        external
        onlyConsortium
    {
        _setLeaf(_BY_PROPOSAL, member, seq, index, status, reason, nextSeq, nextIndex);
    }

    /// @inheritdoc IStatusRegistry
    function setBatchFor(bytes32 member, uint64 seq, Status status, uint16 reason) external onlyConsortium {
        _setBatch(_BY_PROPOSAL, member, seq, status, reason);
    }

    /// @inheritdoc IStatusRegistry
    function setCodeFor(bytes32 member, bytes32 codeKey, Status status, uint16 reason) external onlyConsortium {
        if (_consortium.members(member).code == 0) revert StatusMemberUnknown(member);
        _setCode(_BY_PROPOSAL, member, codeKey, status, reason);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc IStatusRegistry
    function leafStatus(bytes32 member, uint64 seq, uint64 index) external view returns (Entry memory entry) {
        return _entries[_leafKey(member, seq, index)];
    }

    /// @inheritdoc IStatusRegistry
    function batchStatus(bytes32 member, uint64 seq) external view returns (Entry memory entry) {
        return _entries[_batchKey(member, seq)];
    }

    /// @inheritdoc IStatusRegistry
    function codeStatus(bytes32 codeKey) external view returns (Entry memory entry) {
        return _entries[_codeKey(codeKey)];
    }

    /// @inheritdoc IStatusRegistry
    function keeperOf(bytes32 key) external view returns (bytes32 keeper) {
        return _keepers[key];
    }

    /// @inheritdoc IStatusRegistry
    function changes() external view returns (uint64 count) {
        return _changes;
    }

    /// @inheritdoc IStatusRegistry
    function consortium() external view returns (address) {
        return address(_consortium);
    }

    /// @inheritdoc IStatusRegistry
    function anchorLog() external view returns (address) {
        return address(_anchorLog);
    }

    // ---------------------------------------------------------------- private

    /// @dev `by` speaks: the member itself, or {_BY_PROPOSAL}.
    function _setLeaf(
        bytes32 by,
        bytes32 member,
        uint64 seq,
        uint64 index,
        Status status,
        uint16 reason,
        uint64 nextSeq,
        uint64 nextIndex
    ) private {
        if (status == Status.Unset || status == Status.Recalled) revert StatusNotApplicable(status);
        _checkPlace(member, seq, index);
        if (status == Status.Superseded) {
            if (nextSeq < seq || (nextSeq == seq && nextIndex <= index)) {
                revert StatusSuccessorInvalid(seq, index, nextSeq, nextIndex);
            }
            _checkPlace(member, nextSeq, nextIndex); // with which both are below 2^48
        } else if (nextSeq != 0 || nextIndex != 0) {
            revert StatusSuccessorInvalid(seq, index, nextSeq, nextIndex);
        }
        bytes32 key = _leafKey(member, seq, index);
        _keepOwn(key, by, status);
        uint64 change = _write(key, status, reason, uint48(nextSeq), uint48(nextIndex));
        emit LeafStatus(member, seq, index, status, reason, nextSeq, nextIndex, change);
    }

    function _setBatch(bytes32 by, bytes32 member, uint64 seq, Status status, uint16 reason) private {
        if (status != Status.Active && status != Status.Suspended && status != Status.Revoked) {
            revert StatusNotApplicable(status);
        }
        _checkPlace(member, seq, 0);
        bytes32 key = _batchKey(member, seq);
        _keepOwn(key, by, status);
        uint64 change = _write(key, status, reason, 0, 0);
        emit BatchStatus(member, seq, status, reason, change);
    }

    function _setCode(bytes32 by, bytes32 member, bytes32 codeKey, Status status, uint16 reason) private {
        if (status != Status.Active && status != Status.Suspended && status != Status.Recalled) {
            revert StatusNotApplicable(status);
        }
        bytes32 key = _codeKey(codeKey);
        _keepShared(key, by, status);
        uint64 change = _write(key, status, reason, 0, 0);
        emit CodeStatus(codeKey, member, status, reason, change);
    }

    /// @dev For leaves and batches, which one member and the consortium may write: what a proposal set, only a proposal changes.
    function _keepOwn(bytes32 key, bytes32 by, Status status) private {
        if (by == _BY_PROPOSAL) {
            _keepers[key] = status == Status.Active ? bytes32(0) : _BY_PROPOSAL;
        } else if (_keepers[key] != 0) {
            revert StatusKept(key, _BY_PROPOSAL);
        }
    }

    /// @dev For codes, which every member with RECALL may write. Another's suspension may be raised to a recall, but must not
    /// become one's own to lift.
    function _keepShared(bytes32 key, bytes32 by, Status status) private {
        bytes32 keeper = _keepers[key];
        bool own = keeper == 0 || keeper == by || by == _BY_PROPOSAL;
        bool raises = _entries[key].status == Status.Suspended && status == Status.Recalled;
        if (!own && !raises) revert StatusKept(key, keeper);
        if (status == Status.Active) _keepers[key] = 0;
        else _keepers[key] = own ? by : _BY_PROPOSAL;
    }

    /// @dev Requirements: not revoked.
    function _write(bytes32 key, Status status, uint16 reason, uint48 nextSeq, uint48 nextIndex) private returns (uint64 change) {
        if (_entries[key].status == Status.Revoked) revert StatusRevoked(key);
        change = ++_changes;
        _entries[key] = Entry(status, reason, uint48(block.timestamp), change, nextSeq, nextIndex);
    }

    /// @dev The caller's member. Requirements: it holds the right and is not frozen.
    function _caller(uint8 right) private view returns (bytes32 member) {
        uint8 rights;
        (member, rights) = _consortium.acting(msg.sender);
        if (rights & right == 0) revert StatusRightMissing(msg.sender, right);
    }

    /// @dev Requirements: the member anchored a batch `seq` of more than `index` leaves.
    function _checkPlace(bytes32 member, uint64 seq, uint64 index) private view {
        (, uint48 size,,,) = _anchorLog.head(member, seq);
        if (index >= size) revert StatusPlaceMissing(member, seq, index);
    }

    function _leafKey(bytes32 member, uint64 seq, uint64 index) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(1), member, seq, index));
    }

    function _batchKey(bytes32 member, uint64 seq) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(2), member, seq));
    }

    function _codeKey(bytes32 codeKey) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(3), codeKey));
    }
}
