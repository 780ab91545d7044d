// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IConsortium} from "../../src/interfaces/IConsortium.sol";
import {World} from "../World.sol";

/// @title Votes in any order and by anyone, beside a model that counts them
contract ConsortiumActs is World {
    uint256 private constant SIGNERS = 9; // the founders' and two strangers'

    mapping(uint64 id => mapping(bytes32 member => bool)) private _approved;
    mapping(uint64 id => bool) private _executed;
    bytes32 private _announced;

    constructor() {
        setUp();
        _announced = vm.load(address(consortium), 0);
    }

    /// @dev One of the calls that a proposal may carry, good or not.
    function callAt(uint256 dice) private view returns (bytes memory) {
        bytes32 member = memberAt((dice >> 8) % 8);
        uint256 kind = dice % 7;
        if (kind == 0) return abi.encodeCall(IConsortium.retire, (member));
        if (kind == 1) return abi.encodeCall(IConsortium.setRights, (member, uint8(dice >> 16) % 16));
        if (kind == 2) return abi.encodeCall(IConsortium.rotateSigner, (member, signerAt((dice >> 16) % SIGNERS)));
        if (kind == 3) {
            uint256 i = (dice >> 8) % 8;
            address signer = address(uint160(0x9000) + uint16(dice >> 16));
            return abi.encodeCall(IConsortium.admit, (member, codeAt(i), signer, uint8(dice >> 32) % 16, FULL));
        }
        (,, address[] memory v, bytes32[] memory o) = consortium.validatorSet();
        v[(dice >> 16) % v.length] = address(uint160(uint16(dice >> 24)));
        o[(dice >> 40) % o.length] = member;
        return abi.encodeCall(IConsortium.announce, (v, o));
    }

    function propose(uint256 who, uint256 dice) external {
        (bytes32 member, uint8 rights) = consortium.acting(signerAt(who % SIGNERS));
        bytes memory data = abi.encodeCall(IConsortium.propose, (address(consortium), callAt(dice)));
        vm.prank(signerAt(who % SIGNERS));
        (bool done, bytes memory id) = address(consortium).call(data);
        assertTrue(done == (member != 0 && rights & VOTE != 0), "propose");
        if (done) assertEq(abi.decode(id, (uint64)), consortium.proposals(), "ids have no gap");
    }

    function approve(uint256 who, uint64 id) public {
        uint64 count = consortium.proposals();
        if (count == 0) return;
        id = count - (id % 2 < count ? id % 2 : 0); // the newest or the one before
        (bytes32 member, uint8 rights) = consortium.acting(signerAt(who % SIGNERS));
        bool allowed = member != 0 && rights & VOTE != 0 && !_executed[id] && !_approved[id][member];
        vm.prank(signerAt(who % SIGNERS));
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.approve, (id)));
        assertTrue(done == allowed, "approve");
        if (done) _approved[id][member] = true;
    }

    function approveByMany(uint256 crowd, uint64 id) external {
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            if ((crowd >> i) & 1 == 1) approve(i, id);
        }
    }

    function withdraw(uint256 who) external {
        uint64 id = consortium.proposals();
        (bytes32 member, uint8 rights) = consortium.acting(signerAt(who % SIGNERS));
        bool allowed = member != 0 && rights & VOTE != 0 && !_executed[id] && _approved[id][member];
        vm.prank(signerAt(who % SIGNERS));
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.withdraw, (id)));
        assertTrue(done == allowed, "withdraw");
        if (done) _approved[id][member] = false;
    }

    function execute(uint64 id) external {
        uint64 count = consortium.proposals();
        if (count == 0) return;
        id = count - (id % 2 < count ? id % 2 : 0);
        bytes32[] memory voting = consortium.voters();
        uint256 approvals = 0;
        for (uint256 i = 0; i < voting.length; ++i) {
            if (_approved[id][voting[i]]) ++approvals;
        }
        vm.roll(block.number + 1);
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.execute, (id)));
        if (!done) return; // too few, executed before, or the call was refused
        assertTrue(!_executed[id] && 3 * approvals >= 2 * voting.length, "two thirds of the voters of then");
        _executed[id] = true;
        bytes memory data = consortium.proposal(id).data;
        bool announcement = bytes4(data) == IConsortium.announce.selector;
        bytes32 slot = vm.load(address(consortium), 0);
        assertTrue(announcement == (slot != _announced), "slot 0 changes with an announcement only");
        _announced = slot;
    }

    function freeze(uint256 who) external {
        bytes32 before = keccak256(abi.encode(consortium.voters()));
        vm.prank(signerAt(who % SIGNERS));
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.freeze, ()));
        if (done) assertEq(keccak256(abi.encode(consortium.voters())), before, "a freeze changes nobody's vote");
    }

    function checkSlotZero() external view {
        (uint64 epoch, uint64 fromBlock, address[] memory v, bytes32[] memory o) = consortium.validatorSet();
        assertEq(vm.load(address(consortium), 0), keccak256(abi.encode(epoch, fromBlock, v, o)), "slot 0");
        for (uint256 i = 0; i < o.length; ++i) {
            assertTrue(consortium.members(o[i]).active, "operators are active");
        }
    }

    function checkVoters() external view {
        bytes32[] memory voting = consortium.voters();
        assertTrue(voting.length >= 4, "four");
        uint256 count = 0;
        for (uint256 i = 0; i < 8; ++i) {
            IConsortium.Member memory m = consortium.members(memberAt(i));
            if (m.active && m.rights & VOTE != 0) ++count;
            if (m.active) assertEq(consortium.memberOf(m.signer), memberAt(i), "a signer knows its member");
        }
        assertEq(voting.length, count, "as many as have the right");
        for (uint256 i = 0; i < voting.length; ++i) {
            IConsortium.Member memory m = consortium.members(voting[i]);
            assertTrue(m.active && m.rights & VOTE != 0, "each has the right");
            for (uint256 j = 0; j < i; ++j) {
                assertTrue(voting[j] != voting[i], "none twice");
            }
        }
    }
}

contract ConsortiumInvariant is World {
    ConsortiumActs private _acts;

    function setUp() public override {
        _acts = new ConsortiumActs();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_acts);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = ConsortiumActs.propose.selector;
        selectors[1] = ConsortiumActs.approve.selector;
        selectors[2] = ConsortiumActs.approveByMany.selector;
        selectors[3] = ConsortiumActs.approveByMany.selector;
        selectors[4] = ConsortiumActs.withdraw.selector;
        selectors[5] = ConsortiumActs.execute.selector;
        selectors[6] = ConsortiumActs.execute.selector;
        selectors[7] = ConsortiumActs.freeze.selector;
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(_acts), selectors);
    }

    function invariant_slotZeroIsTheAnnouncedSet() external view {
        _acts.checkSlotZero();
    }

    function invariant_theVotersAreFourOrMoreAndExactlyTheActiveMembersWithTheRight() external view {
        _acts.checkVoters();
    }
}
