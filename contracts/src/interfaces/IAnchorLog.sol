// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

/// @title The log of batch heads
/// @notice Append-only: for each member heads 1, 2, 3 … without a gap, each written once and never changed. It proves who
/// anchored which root and when,
/// not that what lies under the root is true.
interface IAnchorLog {
    /// @notice The consortium's address holds no code.
    error ConsortiumWithoutCode(address consortium);
    /// @notice The scope has no class bit (low 32) or no stage bit (high 32).
    error AnchorScopeIncomplete(uint64 scope);
    /// @notice The scope has bits that the member's lacks.
    error AnchorScopeExceeded(bytes32 member, uint64 scope, uint64 allowed);
    /// @notice A `seq` is 1 to 2^48 − 1.
    error AnchorSeqOutOfRange(uint64 seq);
    /// @notice The head before this one is missing.
    error AnchorOutOfOrder(bytes32 member, uint64 seq);
    /// @notice The head is written already: an anchor happens once.
    error AnchorAlreadySet(bytes32 member, uint64 seq);
    /// @notice The root is zero.
    error AnchorRootMissing(bytes32 member, uint64 seq);
    /// @notice A size is 1 to 2^48 − 1 leaves.
    error AnchorSizeOutOfRange(uint64 size);
    /// @notice The hash suite is zero.
    error AnchorSuiteMissing(bytes32 member, uint64 seq);

    /// @notice A batch was anchored.
    event Anchored(
        bytes32 indexed member, uint64 indexed seq, bytes32 indexed root, uint64 size, uint64 scope, uint8 suite, bytes8 code
    );

    /// @notice Appends the next batch head of the calling member.
    /// @dev Exactly-once lives here: a repeated `seq` reverts, so that no gateway can anchor a batch twice.
    /// Requirements: anchoring is not paused; the caller acts for an active member that is not frozen and holds ANCHOR; `scope`
    /// has a class bit and a stage bit
    /// and no bit that the member's lacks; 1 ≤ `seq` < 2^48; `seq` is 1 or its predecessor is written; it is not written itself;
    /// `root` is not zero; 0 < `size` < 2^48; `suite` is not zero. Emits {Anchored}.
    function anchor(uint64 seq, bytes32 root, uint64 size, uint64 scope, uint8 suite) external;

    /// @notice A member's batch head; all zero when it is not written.
    function head(bytes32 member, uint64 seq)
        external
        view
        returns (bytes32 root, uint48 size, uint48 blockNumber, uint8 suite, uint64 scope);

    /// @notice The consortium whose members write here.
    function consortium() external view returns (address);
}
