// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {Founder, IConsortium} from "./interfaces/IConsortium.sol";
import {MemberForm} from "./MemberForm.sol";
import {ValidatorForm} from "./ValidatorForm.sol";

/// @title The members, their votes, and the validator sets of a food-trace consortium
/// @notice One contract, final and without an owner: {IConsortium} says what it does.
/// @dev Slot 0 is part of the protocol: keccak256(abi.encode(epoch, fromBlock, validators, operators)) of the set announced last.
/// No base contract may shift it.
contract Consortium is IConsortium {
    /// @dev What {IConsortium-Proposal} shows, and who approves: kept by member, so that votes outlive a rotation.
    struct Vote {
        address target;
        uint64 expiresAt;
        bool executed;
        bytes32 proposer;
        bytes data;
        mapping(bytes32 member => bool) approved;
    }

    uint256 private constant _VOTERS_MIN = 4;
    uint64 private constant _PROPOSAL_LIFE = 30 days;

    bytes32 private _setHash; // slot 0; read by state proofs only
    uint64 private _epoch;
    uint64 private _fromBlock;
    uint64 private _proposals;
    bool private _paused;
    address[] private _validators;
    bytes32[] private _operators;
    bytes32[] private _voters;
    mapping(bytes32 member => Member) private _members;
    mapping(address signer => bytes32 member) private _memberOf; // never cleared: an address serves one member once
    mapping(bytes8 code => bytes32 member) private _byCode;
    mapping(uint64 id => Vote) private _votes;

    /// @dev Requirements: called by this contract, which only {execute} does.
    modifier onlyProposal() {
        if (msg.sender != address(this)) revert CallerNotProposal(msg.sender);
        _;
    }

    /// @dev Requirements: the founders are well formed and distinct, at least four of them voters; the set is well formed and
    /// operated by founders.
    /// It is epoch 0, in force from the next block on. Emits {MemberAdmitted} for each founder and {ValidatorsChanged}.
    constructor(Founder[] memory founders, address[] memory validators, bytes32[] memory operators) {
        for (uint256 i = 0; i < founders.length; ++i) {
            Founder memory f = founders[i];
            _admit(f.member, f.code, f.signer, f.rights, f.scope);
        }
        if (_voters.length < _VOTERS_MIN) revert VotersTooFew(_voters.length);
        ValidatorForm.check(validators, operators);
        _install(0, validators, operators);
    }

    // ---------------------------------------------------------------- votes

    /// @inheritdoc IConsortium
    function propose(address target, bytes calldata data) external returns (uint64 id) {
        bytes32 member = _voter();
        if (target.code.length == 0) revert ProposalTargetWithoutCode(target);
        id = ++_proposals;
        Vote storage vote = _votes[id];
        vote.target = target;
        vote.expiresAt = uint64(block.timestamp) + _PROPOSAL_LIFE;
        vote.proposer = member;
        vote.data = data;
        emit ProposalCreated(id, member, target, data, vote.expiresAt);
    }

    /// @inheritdoc IConsortium
    function approve(uint64 id) external {
        bytes32 member = _voter();
        Vote storage vote = _open(id);
        if (vote.approved[member]) revert ProposalAlreadyApproved(id, member);
        vote.approved[member] = true;
        emit ProposalApproved(id, member);
    }

    /// @inheritdoc IConsortium
    function withdraw(uint64 id) external {
        bytes32 member = _voter();
        Vote storage vote = _open(id);
        if (!vote.approved[member]) revert ProposalNotApproved(id, member);
        vote.approved[member] = false;
        emit ProposalWithdrawn(id, member);
    }

    /// @inheritdoc IConsortium
    function execute(uint64 id) external returns (bytes memory result) {
        Vote storage vote = _open(id);
        uint256 approvals = _approvals(vote);
        uint256 needed = (2 * _voters.length + 2) / 3;
        if (approvals < needed) revert ProposalApprovalsTooFew(id, approvals, needed);
        vote.executed = true; // before the call, which may come back here
        bool done;
        (done, result) = vote.target.call(vote.data);
        if (!done) revert ProposalCallFailed(id, result);
        emit ProposalExecuted(id, result);
    }

    /// @inheritdoc IConsortium
    function freeze() external {
        bytes32 member = _serving(msg.sender);
        if (member == 0) revert SignerNotActing(msg.sender);
        Member storage own = _members[member];
        if (own.frozen) revert MemberIsFrozen(member);
        own.frozen = true;
        emit MemberFrozen(member, msg.sender);
    }

    // ---------------------------------------------------------------- by an executed proposal only

    /// @inheritdoc IConsortium
    function admit(bytes32 member, bytes8 code, address signer, uint8 rights, uint64 scope) external onlyProposal {
        _admit(member, code, signer, rights, scope);
    }

    /// @inheritdoc IConsortium
    function retire(bytes32 member) external onlyProposal {
        Member storage known = _active(member);
        for (uint256 i = 0; i < _operators.length; ++i) {
            if (_operators[i] == member) revert MemberOperates(member, i);
        }
        if (known.rights & MemberForm.VOTE != 0) _removeVoter(member);
        known.active = false;
        emit MemberRetired(member);
    }

    /// @inheritdoc IConsortium
    function setRights(bytes32 member, uint8 rights) external onlyProposal {
        Member storage known = _active(member);
        MemberForm.checkRights(rights);
        MemberForm.checkScope(rights, known.scope);
        bool before = known.rights & MemberForm.VOTE != 0;
        bool afterwards = rights & MemberForm.VOTE != 0;
        if (before && !afterwards) _removeVoter(member);
        if (!before && afterwards) _voters.push(member);
        known.rights = rights;
        emit RightsChanged(member, rights);
    }

    /// @inheritdoc IConsortium
    function setScope(bytes32 member, uint64 scope) external onlyProposal {
        Member storage known = _active(member);
        MemberForm.checkScope(known.rights, scope);
        known.scope = scope;
        emit ScopeChanged(member, scope);
    }

    /// @inheritdoc IConsortium
    function rotateSigner(bytes32 member, address signer) external onlyProposal {
        Member storage known = _active(member);
        address from = known.signer;
        _bindSigner(member, signer);
        known.signer = signer;
        emit SignerRotated(member, from, signer);
    }

    /// @inheritdoc IConsortium
    function unfreeze(bytes32 member) external onlyProposal {
        Member storage known = _active(member);
        if (!known.frozen) revert MemberNotFrozen(member);
        known.frozen = false;
        emit MemberUnfrozen(member);
    }

    /// @inheritdoc IConsortium
    function pauseAnchoring(bool paused) external onlyProposal {
        _paused = paused;
        emit AnchoringPaused(paused);
    }

    /// @inheritdoc IConsortium
    function announce(address[] calldata validators, bytes32[] calldata operators) external onlyProposal {
        if (block.number < _fromBlock) revert ValidatorsNotInForce(block.number, _fromBlock);
        ValidatorForm.check(validators, operators);
        ValidatorForm.checkStep(_validators, validators);
        _install(_epoch + 1, validators, operators);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc IConsortium
    function memberOf(address signer) external view returns (bytes32 member) {
        return _memberOf[signer];
    }

    /// @inheritdoc IConsortium
    function members(bytes32 member) external view returns (Member memory known) {
        return _members[member];
    }

    /// @inheritdoc IConsortium
    function anchoring(address signer) external view returns (bytes32 member, bytes8 code, uint64 scope) {
        if (_paused) revert AnchoringIsPaused();
        member = _serving(signer);
        if (member == 0) revert SignerNotActing(signer);
        Member storage known = _members[member];
        if (known.frozen) revert MemberIsFrozen(member);
        if (known.rights & MemberForm.ANCHOR == 0) revert RightMissing(member, MemberForm.ANCHOR);
        return (member, known.code, known.scope);
    }

    /// @inheritdoc IConsortium
    function acting(address signer) external view returns (bytes32 member, uint8 rights) {
        member = _serving(signer);
        if (member == 0) return (0, 0);
        Member storage known = _members[member];
        return (member, known.frozen ? known.rights & MemberForm.VOTE : known.rights);
    }

    /// @inheritdoc IConsortium
    function voters() external view returns (bytes32[] memory list) {
        return _voters;
    }

    /// @inheritdoc IConsortium
    function proposal(uint64 id) external view returns (Proposal memory proposed) {
        Vote storage vote = _known(id);
        bytes32[] memory approvals = new bytes32[](_approvals(vote));
        uint256 found = 0;
        for (uint256 i = 0; found < approvals.length; ++i) {
            if (vote.approved[_voters[i]]) approvals[found++] = _voters[i];
        }
        return Proposal(vote.target, vote.proposer, vote.expiresAt, vote.executed, vote.data, approvals);
    }

    /// @inheritdoc IConsortium
    function proposals() external view returns (uint64 count) {
        return _proposals;
    }

    /// @inheritdoc IConsortium
    function anchoringPaused() external view returns (bool paused) {
        return _paused;
    }

    /// @inheritdoc IConsortium
    function validatorSet()
        external
        view
        returns (uint64 epoch, uint64 fromBlock, address[] memory validators, bytes32[] memory operators)
    {
        return (_epoch, _fromBlock, _validators, _operators);
    }

    // ---------------------------------------------------------------- private

    function _admit(bytes32 member, bytes8 code, address signer, uint8 rights, uint64 scope) private {
        MemberForm.checkMember(member);
        MemberForm.checkCode(code);
        MemberForm.checkRights(rights);
        MemberForm.checkScope(rights, scope);
        Member storage known = _members[member];
        if (known.active) revert MemberAlreadyActive(member);
        if (known.code != 0 && known.code != code) revert CodeFixed(member, known.code, code);
        bytes32 owner = _byCode[code];
        if (owner != 0 && owner != member) revert CodeTaken(code, owner);
        _bindSigner(member, signer);
        _byCode[code] = member;
        _members[member] = Member(code, scope, rights, true, false, signer);
        if (rights & MemberForm.VOTE != 0) _voters.push(member);
        emit MemberAdmitted(member, code, signer, rights, scope);
    }

    function _bindSigner(bytes32 member, address signer) private {
        if (signer == address(0) || signer == address(this)) revert SignerInvalid(signer);
        if (_memberOf[signer] != 0) revert SignerTaken(signer, _memberOf[signer]);
        _memberOf[signer] = member;
    }

    /// @dev Requirements: four voters remain.
    function _removeVoter(bytes32 member) private {
        uint256 last = _voters.length - 1;
        if (last < _VOTERS_MIN) revert VotersTooFew(last);
        uint256 i = 0;
        while (_voters[i] != member) ++i; // it is there: `_voters` holds exactly the active members with VOTE
        _voters[i] = _voters[last];
        _voters.pop();
    }

    /// @dev Requirements: the operators are active members. The set is in force from the next block on.
    function _install(uint64 epoch, address[] memory validators, bytes32[] memory operators) private {
        for (uint256 i = 0; i < operators.length; ++i) {
            _active(operators[i]);
        }
        uint64 fromBlock = uint64(block.number) + 1;
        _setHash = keccak256(abi.encode(epoch, fromBlock, validators, operators));
        _epoch = epoch;
        _fromBlock = fromBlock;
        _validators = validators;
        _operators = operators;
        emit ValidatorsChanged(epoch, fromBlock, validators, operators);
    }

    /// @dev The member that `signer` acts for now; zero when none.
    function _serving(address signer) private view returns (bytes32 member) {
        member = _memberOf[signer];
        Member storage known = _members[member];
        if (known.signer != signer || !known.active) return 0;
    }

    /// @dev The caller's member. Requirements: it may vote.
    function _voter() private view returns (bytes32 member) {
        member = _serving(msg.sender);
        if (member == 0) revert SignerNotActing(msg.sender);
        if (_members[member].rights & MemberForm.VOTE == 0) revert RightMissing(member, MemberForm.VOTE);
    }

    function _active(bytes32 member) private view returns (Member storage known) {
        known = _members[member];
        if (!known.active) revert MemberNotActive(member);
    }

    function _known(uint64 id) private view returns (Vote storage vote) {
        vote = _votes[id];
        if (vote.target == address(0)) revert ProposalUnknown(id);
    }

    /// @dev Requirements: the proposal exists, is not executed and its time is not over.
    function _open(uint64 id) private view returns (Vote storage vote) {
        vote = _known(id);
        if (vote.executed) revert ProposalAlreadyExecuted(id);
        if (block.timestamp >= vote.expiresAt) revert ProposalExpired(id, vote.expiresAt);
    }

    /// @dev How many of the members that may vote now approve.
    function _approvals(Vote storage vote) private view returns (uint256 count) {
        uint256 length = _voters.length;
        for (uint256 i = 0; i < length; ++i) {
            if (vote.approved[_voters[i]]) ++count;
        }
    }
}
