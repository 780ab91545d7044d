// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

/// @notice One organisation of the first day, as the constructor takes it.
/// @param member The 18 ASCII characters of its USCC (GB 32100), then 14 zero bytes.
/// @param code Its short code: 2 to 8 characters of `[A-Z0-9]`, then zero bytes. It never changes.
/// @param signer The account that acts for it.
/// @param rights Sum of VOTE 1, ANCHOR 2, STATUS 4, RECALL 8.
/// @param scope Bitmap of what it may anchor: low 32 bits food classes, high 32 bits stages.
struct Founder {
    bytes32 member;
    bytes8 code;
    address signer;
    uint8 rights;
    uint64 scope;
}

/// @title The members, their votes, and the validator sets of a food-trace consortium
/// @notice Nobody owns it: after construction every change, except {IConsortium-freeze}, is a proposal that two thirds of the
/// voters approve.
interface IConsortium {
    /// @notice What is known of a member. A member is known once its `code` is not zero, and for ever.
    /// @param code Its short code.
    /// @param scope What it may anchor.
    /// @param rights Sum of VOTE 1, ANCHOR 2, STATUS 4, RECALL 8; of a retired member, those it had.
    /// @param active False once retired.
    /// @param frozen True while its anchoring and status are stopped.
    /// @param signer The account that acts for it, or did last.
    struct Member {
        bytes8 code;
        uint64 scope;
        uint8 rights;
        bool active;
        bool frozen;
        address signer;
    }

    /// @notice A proposed call and how the vote stands.
    /// @param target The contract to be called.
    /// @param proposer The member that proposed it.
    /// @param expiresAt Seconds since 1970; from this block time on it can be neither approved nor executed.
    /// @param executed True once it was carried out.
    /// @param data The call data.
    /// @param approvals The members that approve it and may vote now.
    struct Proposal {
        address target;
        bytes32 proposer;
        uint64 expiresAt;
        bool executed;
        bytes data;
        bytes32[] approvals;
    }

    // ---------------------------------------------------------------- errors

    /// @notice The member is not 18 characters of the USCC alphabet followed by 14 zero bytes.
    error MemberFormInvalid(bytes32 member);
    /// @notice The code is not 2 to 8 characters of `[A-Z0-9]` followed by zero bytes.
    error CodeFormInvalid(bytes8 code);
    /// @notice The code belongs to another member.
    error CodeTaken(bytes8 code, bytes32 by);
    /// @notice A member that comes back keeps the code it had.
    error CodeFixed(bytes32 member, bytes8 own, bytes8 given);
    /// @notice The signer is the zero address or this contract.
    error SignerInvalid(address signer);
    /// @notice The address serves or has served a member; it never serves again after that.
    error SignerTaken(address signer, bytes32 by);
    /// @notice The address does not act for an active member now.
    error SignerNotActing(address signer);
    /// @notice There are only the rights 0 to 15.
    error RightsInvalid(uint8 rights);
    /// @notice The member lacks the right.
    error RightMissing(bytes32 member, uint8 right);
    /// @notice A scope has class and stage bits, or none of either; with ANCHOR it is not empty.
    error ScopeInvalid(uint8 rights, uint64 scope);
    /// @notice The member is in the consortium already.
    error MemberAlreadyActive(bytes32 member);
    /// @notice The member is unknown or retired.
    error MemberNotActive(bytes32 member);
    /// @notice The member's anchoring and status are stopped.
    error MemberIsFrozen(bytes32 member);
    /// @notice The member is not frozen.
    error MemberNotFrozen(bytes32 member);
    /// @notice The member operates the validator at this position of the current set.
    error MemberOperates(bytes32 member, uint256 index);
    /// @notice Fewer than four voters would remain.
    error VotersTooFew(uint256 voters);
    /// @notice A set has 1 to 64 validators.
    error ValidatorCountInvalid(uint256 count);
    /// @notice Validators are non-zero and strictly ascending.
    error ValidatorOrderInvalid(uint256 index, address validator);
    /// @notice There is one operator for each validator.
    error OperatorCountInvalid(uint256 validators, uint256 operators);
    /// @notice A member operates one validator at most.
    error OperatorRepeated(bytes32 operator);
    /// @notice A set differs from the one before by at most one address in and one out.
    error ValidatorsChangeTooLarge(uint256 entering, uint256 leaving);
    /// @notice The current set is not in force yet.
    error ValidatorsNotInForce(uint256 blockNumber, uint64 fromBlock);
    /// @notice Only an executed proposal may do this.
    error CallerNotProposal(address caller);
    /// @notice There is no such proposal.
    error ProposalUnknown(uint64 id);
    /// @notice The proposal was carried out already.
    error ProposalAlreadyExecuted(uint64 id);
    /// @notice The proposal's 30 days are over.
    error ProposalExpired(uint64 id, uint64 expiresAt);
    /// @notice The member approves the proposal already.
    error ProposalAlreadyApproved(uint64 id, bytes32 member);
    /// @notice The member does not approve the proposal.
    error ProposalNotApproved(uint64 id, bytes32 member);
    /// @notice Fewer than ⌈2V/3⌉ of the V voters of now approve.
    error ProposalApprovalsTooFew(uint64 id, uint256 approvals, uint256 needed);
    /// @notice The proposal's target is not a contract.
    error ProposalTargetWithoutCode(address target);
    /// @notice The proposed call failed with `reason`; nothing has changed and it may be tried again.
    error ProposalCallFailed(uint64 id, bytes reason);
    /// @notice The consortium has stopped all anchoring.
    error AnchoringIsPaused();

    // ---------------------------------------------------------------- events

    /// @notice A member was admitted, or came back.
    event MemberAdmitted(bytes32 indexed member, bytes8 code, address indexed signer, uint8 rights, uint64 scope);
    /// @notice A member left; what it anchored stays.
    event MemberRetired(bytes32 indexed member);
    /// @notice A member's rights were set.
    event RightsChanged(bytes32 indexed member, uint8 rights);
    /// @notice A member's scope was set.
    event ScopeChanged(bytes32 indexed member, uint64 scope);
    /// @notice Another account acts for the member from now on.
    event SignerRotated(bytes32 indexed member, address indexed from, address indexed to);
    /// @notice A member stopped its own anchoring and status.
    event MemberFrozen(bytes32 indexed member, address indexed signer);
    /// @notice A member's anchoring and status go on.
    event MemberUnfrozen(bytes32 indexed member);
    /// @notice All anchoring was stopped, or goes on.
    event AnchoringPaused(bool paused);
    /// @notice A validator set was announced; it is in force from block `fromBlock` on.
    event ValidatorsChanged(uint64 indexed epoch, uint64 fromBlock, address[] validators, bytes32[] operators);
    /// @notice A call was proposed.
    event ProposalCreated(uint64 indexed id, bytes32 indexed proposer, address indexed target, bytes data, uint64 expiresAt);
    /// @notice A member approved a proposal.
    event ProposalApproved(uint64 indexed id, bytes32 indexed member);
    /// @notice A member took its approval back.
    event ProposalWithdrawn(uint64 indexed id, bytes32 indexed member);
    /// @notice A proposal was carried out.
    event ProposalExecuted(uint64 indexed id, bytes result);

    // ---------------------------------------------------------------- votes

    /// @notice Proposes a call by this contract. Proposing is not approving.
    /// @dev Requirements: the caller acts for a voter; `target` is a contract. Emits {ProposalCreated}.
    /// @return id Its number, from 1.
    function propose(address target, bytes calldata data) external returns (uint64 id);

    /// @notice Approves a proposal for the caller's member; a rotation of its signer does not undo that.
    /// @dev Requirements: the caller acts for a voter; the proposal is open; the member has not approved it. Emits
    /// {ProposalApproved}.
    function approve(uint64 id) external;

    /// @notice Takes the approval of the caller's member back.
    /// @dev Requirements: the caller acts for a voter; the proposal is open; the member has approved it. Emits
    /// {ProposalWithdrawn}.
    function withdraw(uint64 id) external;

    /// @notice Carries a proposal out. Anyone may.
    /// @dev Requirements: the proposal is open; at least ⌈2V/3⌉ of the V members that may vote *now* approve; the call succeeds.
    /// Emits {ProposalExecuted}, after what the call emits.
    /// @return result What the call returned.
    function execute(uint64 id) external returns (bytes memory result);

    /// @notice Stops anchoring and status of the caller's member at once, for a stolen key. Its vote stays:
    /// no single account may change who decides.
    /// @dev Requirements: the caller acts for a member that is not frozen. Emits {MemberFrozen}.
    function freeze() external;

    // ---------------------------------------------------------------- by an executed proposal only

    /// @notice Admits a member, or takes a retired one back with its own code, not frozen.
    /// @dev Requirements: `member`, `code`, `rights` and `scope` are well formed; not active; a new member's `code` is free, a
    /// retired one's its own;
    /// `signer` has never served. Emits {MemberAdmitted}.
    function admit(bytes32 member, bytes8 code, address signer, uint8 rights, uint64 scope) external;

    /// @notice Retires a member.
    /// @dev Requirements: active; it operates no validator of the current set; four voters remain. Emits {MemberRetired}.
    function retire(bytes32 member) external;

    /// @notice Sets a member's rights.
    /// @dev Requirements: active; 0 to 15; with ANCHOR, its scope is not empty; four voters remain. Emits {RightsChanged}.
    function setRights(bytes32 member, uint8 rights) external;

    /// @notice Sets what a member may anchor.
    /// @dev Requirements: active; class and stage bits, or, without ANCHOR, none of either. Emits {ScopeChanged}.
    function setScope(bytes32 member, uint64 scope) external;

    /// @notice Gives a member another signer. A frozen member stays frozen.
    /// @dev Requirements: active; `signer` has never served. Emits {SignerRotated}.
    function rotateSigner(bytes32 member, address signer) external;

    /// @notice Ends a freeze.
    /// @dev Requirements: active and frozen. Emits {MemberUnfrozen}.
    function unfreeze(bytes32 member) external;

    /// @notice Stops or resumes all anchoring; status goes on.
    /// @dev Emits {AnchoringPaused}.
    function pauseAnchoring(bool paused) external;

    /// @notice Announces the next validator set, in force from the next block on.
    /// @dev Requirements: the current set is in force; 1 to 64 addresses, strictly ascending, at most one in and one out;
    /// as many operators, distinct active members. Emits {ValidatorsChanged}.
    function announce(address[] calldata validators, bytes32[] calldata operators) external;

    // ---------------------------------------------------------------- views

    /// @notice The member that the address serves or has served; zero for a stranger.
    function memberOf(address signer) external view returns (bytes32 member);

    /// @notice What is known of a member; all zero for a stranger.
    function members(bytes32 member) external view returns (Member memory known);

    /// @notice What an anchor needs of its sender.
    /// @dev Requirements: anchoring is not paused; `signer` acts for an active member that is not frozen and holds ANCHOR.
    function anchoring(address signer) external view returns (bytes32 member, bytes8 code, uint64 scope);

    /// @notice For whom the address acts now and what it may do: zero and 0 unless it is the signer of an active member;
    /// of a frozen member only VOTE is left.
    function acting(address signer) external view returns (bytes32 member, uint8 rights);

    /// @notice The members that may vote now, in no order.
    function voters() external view returns (bytes32[] memory list);

    /// @notice A proposal and how its vote stands.
    /// @dev Requirements: it exists.
    function proposal(uint64 id) external view returns (Proposal memory proposed);

    /// @notice How many proposals there have been; the newest has this number.
    function proposals() external view returns (uint64 count);

    /// @notice Whether all anchoring is stopped.
    function anchoringPaused() external view returns (bool paused);

    /// @notice The validator set announced last; storage slot 0 is keccak256(abi.encode(epoch, fromBlock, validators,
    /// operators)).
    function validatorSet()
        external
        view
        returns (uint64 epoch, uint64 fromBlock, address[] memory validators, bytes32[] memory operators);
}
