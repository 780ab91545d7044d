// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IConsortium} from "../src/interfaces/IConsortium.sol";
import {World} from "./World.sol";

/// @title How two thirds of the voters decide (6 voters: 4 are needed)
contract ConsortiumVotesTest is World {
    uint64 private constant LIFE = 30 days;

    function pause() private pure returns (bytes memory) {
        return abi.encodeCall(IConsortium.pauseAnchoring, (true));
    }

    function proposePause(uint256 approvals) private returns (uint64) {
        return proposeWith(address(consortium), pause(), approvals);
    }

    function test_aProposalIsKeptAsItWasMade() public {
        uint64 expires = uint64(block.timestamp) + LIFE;
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalCreated(1, memberAt(0), address(consortium), pause(), expires);
        assertEq(proposePause(0), 1, "ids start at 1");
        assertEq(proposePause(0), 2, "and go on");
        assertEq(consortium.proposals(), 2, "count");
        IConsortium.Proposal memory p = consortium.proposal(1);
        assertEq(p.target, address(consortium), "target");
        assertEq(p.proposer, memberAt(0), "proposer");
        assertEq(p.expiresAt, expires, "expiresAt");
        assertTrue(!p.executed, "not executed");
        assertEq(keccak256(p.data), keccak256(pause()), "data");
        assertEq(p.approvals.length, 0, "proposing is not approving");
    }

    function test_twoThirdsOfTheVotersDecide() public {
        uint64 id = proposePause(3);
        refused(IConsortium.ProposalApprovalsTooFew.selector, abi.encode(id, 3, 4));
        consortium.execute(id);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalApproved(id, memberAt(6));
        vm.prank(signerAt(6));
        consortium.approve(id);
        vm.expectEmit(address(consortium));
        emit IConsortium.AnchoringPaused(true);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalExecuted(id, "");
        vm.prank(address(0xBEEF)); // anyone
        consortium.execute(id);
        assertTrue(consortium.anchoringPaused(), "paused");
        assertTrue(consortium.proposal(id).executed, "executed");
        refused(IConsortium.ProposalAlreadyExecuted.selector, abi.encode(id));
        consortium.execute(id);
    }

    function testFuzz_theThresholdIsTheCeilingOfTwoThirds(uint8 extra) public {
        uint256 voters = 6 + extra % 10;
        for (uint256 i = 6; i < voters; ++i) {
            bytes32 member = bytes32(uint256(bytes32("92310000000000000A")) + ((i - 6) % 8 << 112) + ((i - 6) / 8 << 120));
            bytes8 code = bytes8(uint64(bytes8("NA")) + (uint64(i) << 48));
            asConsortium();
            consortium.admit(member, code, address(uint160(0x5000 + i)), VOTE, 0);
        }
        assertEq(consortium.voters().length, voters, "voters");
        uint256 needed = voters * 2 % 3 == 0 ? voters * 2 / 3 : voters * 2 / 3 + 1;
        uint64 id = proposePause(0);
        for (uint256 n = 0; n < needed; ++n) {
            refused(IConsortium.ProposalApprovalsTooFew.selector, abi.encode(id, n, needed));
            consortium.execute(id);
            vm.prank(consortium.members(consortium.voters()[n]).signer);
            consortium.approve(id);
        }
        consortium.execute(id);
    }

    function test_aMemberApprovesOnceAndMayTakeItBack() public {
        uint64 id = proposePause(1);
        refused(IConsortium.ProposalAlreadyApproved.selector, abi.encode(id, memberAt(0)));
        vm.prank(signerAt(0));
        consortium.approve(id);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalWithdrawn(id, memberAt(0));
        vm.prank(signerAt(0));
        consortium.withdraw(id);
        assertEq(consortium.proposal(id).approvals.length, 0, "withdrawn");
        refused(IConsortium.ProposalNotApproved.selector, abi.encode(id, memberAt(0)));
        vm.prank(signerAt(0));
        consortium.withdraw(id);
        vm.prank(signerAt(0));
        consortium.approve(id);
        assertEq(consortium.proposal(id).approvals[0], memberAt(0), "approved again");
    }

    /// @dev docs/threat-model.md, "A vote outlives a membership": approvals are of members, not of terms of office.
    function test_anApprovalCountsAgainOnceItsMemberVotesAgain() public {
        uint64 id = proposePause(4);
        uint8 rights = rightsAt(0);
        asConsortium();
        consortium.setRights(memberAt(0), rights & ~VOTE);
        assertEq(consortium.proposal(id).approvals.length, 3, "not while it does not vote");
        refused(IConsortium.ProposalApprovalsTooFew.selector, abi.encode(id, 3, 4));
        consortium.execute(id);
        asConsortium();
        consortium.setRights(memberAt(0), rights);
        refused(IConsortium.ProposalAlreadyApproved.selector, abi.encode(id, memberAt(0)));
        vm.prank(signerAt(0));
        consortium.approve(id);
        consortium.execute(id);
        assertTrue(consortium.anchoringPaused(), "with the approval of before");
    }

    function test_onlyVotersVote() public {
        uint64 id = proposePause(0);
        bytes[3] memory calls = [
            abi.encodeCall(IConsortium.propose, (address(consortium), pause())),
            abi.encodeCall(IConsortium.approve, (id)),
            abi.encodeCall(IConsortium.withdraw, (id))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(signerAt(4));
            (bool done, bytes memory why) = address(consortium).call(calls[i]);
            assertTrue(!done, "no vote");
            bytes memory want = abi.encodeWithSelector(IConsortium.RightMissing.selector, memberAt(4), VOTE);
            assertEq(keccak256(why), keccak256(want), "no vote: why");
            vm.prank(address(0xBEEF));
            (done, why) = address(consortium).call(calls[i]);
            assertTrue(!done, "stranger");
            want = abi.encodeWithSelector(IConsortium.SignerNotActing.selector, address(0xBEEF));
            assertEq(keccak256(why), keccak256(want), "stranger: why");
        }
    }

    function test_aFrozenMemberStillVotes() public {
        vm.prank(signerAt(0));
        consortium.freeze();
        uint64 id = proposeWith(address(consortium), abi.encodeCall(IConsortium.unfreeze, (memberAt(0))), 4);
        consortium.execute(id);
    }

    function test_votesAreTheMembersAndOutliveARotation() public {
        uint64 id = proposePause(4);
        asConsortium();
        consortium.rotateSigner(memberAt(0), address(0xBEEF));
        refused(IConsortium.ProposalAlreadyApproved.selector, abi.encode(id, memberAt(0)));
        vm.prank(address(0xBEEF));
        consortium.approve(id);
        consortium.execute(id);
    }

    function test_onlyWhoVotesAtExecutionCounts() public {
        uint64 id = proposePause(4); // by 0, 1, 2, 3
        asConsortium();
        consortium.setRights(memberAt(3), RECALL);
        assertEq(consortium.proposal(id).approvals.length, 3, "three of the voters of now");
        refused(IConsortium.ProposalApprovalsTooFew.selector, abi.encode(id, 3, 4)); // of 5
        consortium.execute(id);
        asConsortium();
        consortium.retire(memberAt(5)); // 3 of 4 are enough
        consortium.execute(id);
    }

    function testFuzz_aProposalExpiresAfterThirtyDays(uint32 late) public {
        uint64 id = proposePause(4);
        uint64 expires = consortium.proposal(id).expiresAt;
        vm.warp(uint256(expires) + late);
        refused(IConsortium.ProposalExpired.selector, abi.encode(id, expires));
        consortium.execute(id);
        refused(IConsortium.ProposalExpired.selector, abi.encode(id, expires));
        vm.prank(signerAt(6));
        consortium.approve(id);
        refused(IConsortium.ProposalExpired.selector, abi.encode(id, expires));
        vm.prank(signerAt(0));
        consortium.withdraw(id);
        vm.warp(expires - 1);
        consortium.execute(id);
    }

    function testFuzz_anUnknownProposalIsRefused(uint64 id) public {
        vm.assume(id != 1);
        proposePause(4);
        refused(IConsortium.ProposalUnknown.selector, abi.encode(id));
        consortium.execute(id);
        refused(IConsortium.ProposalUnknown.selector, abi.encode(id));
        consortium.proposal(id);
        refused(IConsortium.ProposalUnknown.selector, abi.encode(id));
        vm.prank(signerAt(0));
        consortium.approve(id);
    }

    function test_anExecutedProposalTakesNoVotes() public {
        uint64 id = proposePause(4);
        consortium.execute(id);
        refused(IConsortium.ProposalAlreadyExecuted.selector, abi.encode(id));
        vm.prank(signerAt(6));
        consortium.approve(id);
        refused(IConsortium.ProposalAlreadyExecuted.selector, abi.encode(id));
        vm.prank(signerAt(0));
        consortium.withdraw(id);
    }

    function test_aTargetIsAContract() public {
        refused(IConsortium.ProposalTargetWithoutCode.selector, abi.encode(address(0xBEEF)));
        vm.prank(signerAt(0));
        consortium.propose(address(0xBEEF), pause());
    }

    function test_aCallThatFailsLeavesTheProposalOpen() public {
        bytes32 member = "92310000000000000A";
        uint64 id = proposeWith(address(consortium), abi.encodeCall(IConsortium.unfreeze, (memberAt(1))), 4);
        bytes memory why = abi.encodeWithSelector(IConsortium.MemberNotFrozen.selector, memberAt(1));
        refused(IConsortium.ProposalCallFailed.selector, abi.encode(id, why));
        consortium.execute(id);
        assertTrue(!consortium.proposal(id).executed, "still open");
        vm.prank(signerAt(1));
        consortium.freeze();
        consortium.execute(id);
        id = proposeWith(address(consortium), abi.encodeCall(IConsortium.members, (member)), 4);
        bytes memory answer = consortium.execute(id);
        assertEq(keccak256(answer), keccak256(abi.encode(consortium.members(member))), "the call's result is returned");
    }

    function test_aProposalThatExecutesItselfFails() public {
        uint64 id = consortium.proposals() + 1;
        proposeWith(address(consortium), abi.encodeCall(IConsortium.execute, (id)), 4);
        bytes memory why = abi.encodeWithSelector(IConsortium.ProposalAlreadyExecuted.selector, id);
        refused(IConsortium.ProposalCallFailed.selector, abi.encode(id, why));
        consortium.execute(id);
    }

    function test_aProposalCannotVote() public {
        uint64 id = proposePause(0);
        uint64 other = proposeWith(address(consortium), abi.encodeCall(IConsortium.approve, (id)), 4);
        bytes memory why = abi.encodeWithSelector(IConsortium.SignerNotActing.selector, address(consortium));
        refused(IConsortium.ProposalCallFailed.selector, abi.encode(other, why));
        consortium.execute(other);
    }
}
