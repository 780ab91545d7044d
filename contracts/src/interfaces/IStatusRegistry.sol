// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

/// @notice What an issuer says of a leaf, a batch or a code. Unset, the zero word, is never written.
enum Status {
    Unset,
    Active,
    Suspended,
    Superseded,
    Revoked,
    Recalled
}

/// @title What became of certificates
/// @notice One word for each leaf, batch and code, written over by its issuer, so that a state proof answers with one walk. The
/// events keep the history.
interface IStatusRegistry {
    /// @notice One status word.
    /// @param status What is said.
    /// @param reason Why, by the consortium's table of reasons.
    /// @param time Seconds since 1970: the time of the block that wrote it.
    /// @param change The number of the change, from 1, over the whole registry without a gap.
    /// @param nextSeq Of a superseded leaf: the batch of its successor, else 0.
    /// @param nextIndex Of a superseded leaf: the place of its successor in that batch, else 0.
    struct Entry {
        Status status;
        uint16 reason;
        uint48 time;
        uint64 change;
        uint48 nextSeq;
        uint48 nextIndex;
    }

    /// @notice The address holds no code.
    error ContractWithoutCode(address account);
    /// @notice The caller acts for no member with this right.
    error StatusRightMissing(address caller, uint8 right);
    /// @notice Only a proposal of the consortium may speak for a member.
    error StatusCallerNotConsortium(address caller);
    /// @notice The consortium knows no such member.
    error StatusMemberUnknown(bytes32 member);
    /// @notice Leaves, batches and codes do not take this status.
    error StatusNotApplicable(Status status);
    /// @notice The member has no such batch, or the batch no such leaf.
    error StatusPlaceMissing(bytes32 member, uint64 seq, uint64 index);
    /// @notice The successor is not later than the leaf, or one is named for a status that has none.
    error StatusSuccessorInvalid(uint64 seq, uint64 index, uint64 nextSeq, uint64 nextIndex);
    /// @notice Revoked is for ever.
    error StatusRevoked(bytes32 key);
    /// @notice The status is another's to lift: `keeper`'s, or the consortium's when `keeper` is all ones.
    error StatusKept(bytes32 key, bytes32 keeper);

    /// @notice A leaf's status was written.
    event LeafStatus(
        bytes32 indexed member,
        uint64 indexed seq,
        uint64 indexed index,
        Status status,
        uint16 reason,
        uint64 nextSeq,
        uint64 nextIndex,
        uint64 change
    );
    /// @notice A batch's status was written.
    event BatchStatus(bytes32 indexed member, uint64 indexed seq, Status status, uint16 reason, uint64 change);
    /// @notice A code's status was written.
    event CodeStatus(bytes32 indexed codeKey, bytes32 indexed member, Status status, uint16 reason, uint64 change);

    /// @notice Sets the status of one of the caller's own leaves.
    /// @dev Requirements: the caller acts for a member that holds STATUS and is not frozen; the leaf exists; `status` is active,
    /// suspended, superseded or revoked;
    /// superseded names an existing leaf of the same member with greater (seq, index), the others name 0, 0; not revoked before;
    /// not kept by the consortium. Emits {LeafStatus}.
    function setLeaf(uint64 seq, uint64 index, Status status, uint16 reason, uint64 nextSeq, uint64 nextIndex) external;

    /// @notice Sets the status of one of the caller's own batches.
    /// @dev Requirements: as for a leaf; `status` is active, suspended or revoked. Emits {BatchStatus}.
    function setBatch(uint64 seq, Status status, uint16 reason) external;

    /// @notice Sets the status of a code, whoever anchored it. This is publication: the key can be guessed from the code.
    /// @dev Requirements: the caller acts for a member that holds RECALL and is not frozen; `status` is active, suspended or
    /// recalled; a suspended or
    /// recalled code is changed by the member that set it only, except that any such member may turn suspended into recalled:
    /// then
    /// only a proposal lifts it. Emits {CodeStatus}.
    function setCode(bytes32 codeKey, Status status, uint16 reason) external;

    /// @notice Sets the status of a leaf for a member that is gone or cheats. Unless active, only a proposal changes it again.
    /// @dev Requirements: the caller is the consortium; otherwise as {setLeaf}. Emits {LeafStatus}.
    function setLeafFor(bytes32 member, uint64 seq, uint64 index, Status status, uint16 reason, uint64 nextSeq, uint64 nextIndex)
        external;

    /// @notice Sets the status of a batch for a member that is gone or cheats. Unless active, only a proposal changes it again.
    /// @dev Requirements: the caller is the consortium; otherwise as {setBatch}. Emits {BatchStatus}.
    function setBatchFor(bytes32 member, uint64 seq, Status status, uint16 reason) external;

    /// @notice Sets the status of a code in the name of a member. Unless active, only a proposal changes it again.
    /// @dev Requirements: the caller is the consortium; it knows the member; `status` is active, suspended or recalled. Emits
    /// {CodeStatus}.
    function setCodeFor(bytes32 member, bytes32 codeKey, Status status, uint16 reason) external;

    /// @notice The status word of a leaf; all zero when none was written.
    function leafStatus(bytes32 member, uint64 seq, uint64 index) external view returns (Entry memory entry);

    /// @notice The status word of a batch; all zero when none was written.
    function batchStatus(bytes32 member, uint64 seq) external view returns (Entry memory entry);

    /// @notice The status word of a code; all zero when none was written.
    function codeStatus(bytes32 codeKey) external view returns (Entry memory entry);

    /// @notice Who alone may lift the status under a storage key: a member, all ones for the consortium, zero for whoever has the
    /// right.
    function keeperOf(bytes32 key) external view returns (bytes32 keeper);

    /// @notice The number of the last change.
    function changes() external view returns (uint64 count);

    /// @notice The consortium whose members write here.
    function consortium() external view returns (address);

    /// @notice The log whose places are meant.
    function anchorLog() external view returns (address);
}
