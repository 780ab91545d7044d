// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IConsortium} from "../src/interfaces/IConsortium.sol";
import {World} from "./World.sol";

/// @title How members come, change and go
contract ConsortiumMembersTest is World {
    bytes32 private constant STRANGER = "92310000000000000A";
    address private constant FRESH = address(0xBEEF);

    function isVoter(bytes32 member) private view returns (bool) {
        bytes32[] memory list = consortium.voters();
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == member) return true;
        }
        return false;
    }

    /// @dev Leaves exactly four voters: 0, 1, 2, 3.
    function shrinkToFour() private {
        asConsortium();
        consortium.retire(memberAt(5));
        asConsortium();
        consortium.setRights(memberAt(6), 14);
    }

    function test_aStrangerIsNobody() public view {
        assertEq(consortium.memberOf(FRESH), 0, "memberOf");
        (bytes32 member, uint8 rights) = consortium.acting(FRESH);
        assertEq(member, 0, "acting member");
        assertEq(rights, 0, "acting rights");
        (member, rights) = consortium.acting(address(0));
        assertEq(member, 0, "the zero address acts for nobody");
        assertEq(uint64(consortium.members(STRANGER).code), 0, "members");
    }

    function test_aMemberIsAdmitted() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.MemberAdmitted(STRANGER, "NEW", FRESH, VOTE | ANCHOR, NARROW);
        asConsortium();
        consortium.admit(STRANGER, "NEW", FRESH, VOTE | ANCHOR, NARROW);
        (bytes32 member, bytes8 code, uint64 scope) = consortium.anchoring(FRESH);
        assertEq(member, STRANGER, "member");
        assertEq(bytes32(code), bytes32("NEW"), "code");
        assertEq(scope, NARROW, "scope");
        assertEq(consortium.voters().length, 7, "voters");
        assertTrue(isVoter(STRANGER), "votes");
    }

    function test_admissionChecksEveryForm() public {
        refused(IConsortium.MemberFormInvalid.selector, abi.encode(bytes32("x")));
        asConsortium();
        consortium.admit("x", "NEW", FRESH, VOTE, 0);
        refused(IConsortium.CodeFormInvalid.selector, abi.encode(bytes8("n")));
        asConsortium();
        consortium.admit(STRANGER, "n", FRESH, VOTE, 0);
        refused(IConsortium.RightsInvalid.selector, abi.encode(16));
        asConsortium();
        consortium.admit(STRANGER, "NEW", FRESH, 16, 0);
        refused(IConsortium.ScopeInvalid.selector, abi.encode(ANCHOR, 0));
        asConsortium();
        consortium.admit(STRANGER, "NEW", FRESH, ANCHOR, 0);
        refused(IConsortium.CodeTaken.selector, abi.encode(codeAt(1), memberAt(1)));
        asConsortium();
        consortium.admit(STRANGER, codeAt(1), FRESH, VOTE, 0);
        refused(IConsortium.MemberAlreadyActive.selector, abi.encode(memberAt(1)));
        asConsortium();
        consortium.admit(memberAt(1), codeAt(1), FRESH, VOTE, 0);
    }

    function test_theConsortiumItselfIsNobodysSigner() public {
        refused(IConsortium.SignerInvalid.selector, abi.encode(address(consortium)));
        asConsortium();
        consortium.admit(STRANGER, "NEW", address(consortium), VOTE, 0);
        refused(IConsortium.SignerInvalid.selector, abi.encode(address(0)));
        asConsortium();
        consortium.rotateSigner(memberAt(0), address(0));
    }

    function test_aRetiredMemberActsNoMore() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.MemberRetired(memberAt(6));
        asConsortium();
        consortium.retire(memberAt(6));
        assertTrue(!consortium.members(memberAt(6)).active, "not active");
        assertTrue(!isVoter(memberAt(6)), "no vote");
        assertEq(consortium.voters().length, 5, "voters");
        (bytes32 member, uint8 rights) = consortium.acting(signerAt(6));
        assertEq(member, 0, "acting member");
        assertEq(rights, 0, "acting rights");
        assertEq(consortium.memberOf(signerAt(6)), memberAt(6), "whom it served stays known");
        refused(IConsortium.SignerNotActing.selector, abi.encode(signerAt(6)));
        vm.prank(signerAt(6));
        consortium.freeze();
        refused(IConsortium.MemberNotActive.selector, abi.encode(memberAt(6)));
        asConsortium();
        consortium.retire(memberAt(6));
    }

    function test_aRetiredMemberComesBackWithItsOwnCodeAndANewSigner() public {
        vm.prank(signerAt(6));
        consortium.freeze();
        asConsortium();
        consortium.retire(memberAt(6));
        refused(IConsortium.CodeFixed.selector, abi.encode(memberAt(6), codeAt(6), bytes8("NEW")));
        asConsortium();
        consortium.admit(memberAt(6), "NEW", FRESH, VOTE, 0);
        refused(IConsortium.SignerTaken.selector, abi.encode(signerAt(6), memberAt(6)));
        asConsortium();
        consortium.admit(memberAt(6), codeAt(6), signerAt(6), VOTE, 0);
        asConsortium();
        consortium.admit(memberAt(6), codeAt(6), FRESH, VOTE | ANCHOR, NARROW);
        IConsortium.Member memory m = consortium.members(memberAt(6));
        assertTrue(m.active && !m.frozen, "active, not frozen");
        assertTrue(isVoter(memberAt(6)), "votes");
        (bytes32 member,) = consortium.acting(signerAt(6));
        assertEq(member, 0, "its old signer does not act");
    }

    function test_aRetiredMembersCodeStaysItsOwn() public {
        asConsortium();
        consortium.retire(memberAt(6));
        refused(IConsortium.CodeTaken.selector, abi.encode(codeAt(6), memberAt(6)));
        asConsortium();
        consortium.admit(STRANGER, codeAt(6), FRESH, VOTE, 0);
    }

    function test_whoOperatesAValidatorIsNotRetired() public {
        refused(IConsortium.MemberOperates.selector, abi.encode(memberAt(3), 3));
        asConsortium();
        consortium.retire(memberAt(3));
        bytes32[] memory o = operators();
        o[3] = memberAt(4);
        asConsortium();
        consortium.announce(validators(), o);
        asConsortium();
        consortium.retire(memberAt(3));
    }

    function test_votersNeverFallBelowFour() public {
        shrinkToFour();
        assertEq(consortium.voters().length, 4, "four are left");
        refused(IConsortium.VotersTooFew.selector, abi.encode(3));
        asConsortium();
        consortium.setRights(memberAt(0), 14);
        bytes32[] memory o = operators();
        o[0] = memberAt(6);
        asConsortium();
        consortium.announce(validators(), o);
        refused(IConsortium.VotersTooFew.selector, abi.encode(3));
        asConsortium();
        consortium.retire(memberAt(0));
    }

    function testFuzz_theVotersAreTheActiveMembersWithTheRight(uint8[12] memory who, uint8[12] memory rights) public {
        uint8[7] memory ghost;
        for (uint256 i = 0; i < 7; ++i) {
            ghost[i] = rightsAt(i);
        }
        for (uint256 n = 0; n < 12; ++n) {
            uint256 i = who[n] % 7;
            asConsortium();
            try consortium.setRights(memberAt(i), rights[n] & 13) {
                ghost[i] = rights[n] & 13;
            } catch {}
        }
        uint256 count = 0;
        for (uint256 i = 0; i < 7; ++i) {
            assertTrue(isVoter(memberAt(i)) == (ghost[i] & VOTE != 0), "voter");
            if (ghost[i] & VOTE != 0) ++count;
        }
        assertEq(consortium.voters().length, count, "none twice");
        assertTrue(count >= 4, "four");
    }

    function test_rightsAreSet() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.RightsChanged(memberAt(4), VOTE | RECALL);
        asConsortium();
        consortium.setRights(memberAt(4), VOTE | RECALL);
        assertTrue(isVoter(memberAt(4)), "votes");
        (, uint8 rights) = consortium.acting(signerAt(4));
        assertEq(rights, VOTE | RECALL, "rights");
        refused(IConsortium.RightMissing.selector, abi.encode(memberAt(4), ANCHOR));
        consortium.anchoring(signerAt(4));
        asConsortium();
        consortium.setRights(memberAt(4), VOTE | ANCHOR); // keeping a vote does not add a second one
        assertEq(consortium.voters().length, 7, "voters");
    }

    function test_rightsAreChecked() public {
        refused(IConsortium.RightsInvalid.selector, abi.encode(16));
        asConsortium();
        consortium.setRights(memberAt(0), 16);
        refused(IConsortium.ScopeInvalid.selector, abi.encode(ANCHOR, 0));
        asConsortium();
        consortium.setRights(memberAt(5), ANCHOR);
        refused(IConsortium.MemberNotActive.selector, abi.encode(STRANGER));
        asConsortium();
        consortium.setRights(STRANGER, VOTE);
    }

    function test_scopeIsSet() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.ScopeChanged(memberAt(0), NARROW);
        asConsortium();
        consortium.setScope(memberAt(0), NARROW);
        (,, uint64 scope) = consortium.anchoring(signerAt(0));
        assertEq(scope, NARROW, "scope");
    }

    function test_scopeIsChecked() public {
        refused(IConsortium.ScopeInvalid.selector, abi.encode(15, 0));
        asConsortium();
        consortium.setScope(memberAt(0), 0);
        refused(IConsortium.ScopeInvalid.selector, abi.encode(VOTE, 1));
        asConsortium();
        consortium.setScope(memberAt(5), 1);
        refused(IConsortium.MemberNotActive.selector, abi.encode(STRANGER));
        asConsortium();
        consortium.setScope(STRANGER, NARROW);
    }

    function test_aSignerIsRotatedAndServesNeverAgain() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.SignerRotated(memberAt(0), signerAt(0), FRESH);
        asConsortium();
        consortium.rotateSigner(memberAt(0), FRESH);
        (bytes32 member, uint8 rights) = consortium.acting(FRESH);
        assertEq(member, memberAt(0), "member");
        assertEq(rights, 15, "rights");
        (member,) = consortium.acting(signerAt(0));
        assertEq(member, 0, "the old one acts no more");
        assertEq(consortium.members(memberAt(0)).signer, FRESH, "signer");
        refused(IConsortium.SignerTaken.selector, abi.encode(signerAt(0), memberAt(0)));
        asConsortium();
        consortium.rotateSigner(memberAt(0), signerAt(0));
        refused(IConsortium.SignerTaken.selector, abi.encode(signerAt(0), memberAt(0)));
        asConsortium();
        consortium.rotateSigner(memberAt(1), signerAt(0));
        refused(IConsortium.MemberNotActive.selector, abi.encode(STRANGER));
        asConsortium();
        consortium.rotateSigner(STRANGER, address(0xCAFE));
    }

    function test_aFreezeLeavesOnlyTheVote() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.MemberFrozen(memberAt(0), signerAt(0));
        vm.prank(signerAt(0));
        consortium.freeze();
        (bytes32 member, uint8 rights) = consortium.acting(signerAt(0));
        assertEq(member, memberAt(0), "member");
        assertEq(rights, VOTE, "rights");
        assertTrue(isVoter(memberAt(0)), "votes");
        refused(IConsortium.MemberIsFrozen.selector, abi.encode(memberAt(0)));
        consortium.anchoring(signerAt(0));
        refused(IConsortium.MemberIsFrozen.selector, abi.encode(memberAt(0)));
        vm.prank(signerAt(0));
        consortium.freeze();
    }

    function test_aFrozenMemberWithoutVoteHasNoRights() public {
        vm.prank(signerAt(4));
        consortium.freeze();
        (, uint8 rights) = consortium.acting(signerAt(4));
        assertEq(rights, 0, "rights");
    }

    function test_aFreezeEndsByProposalAndOutlivesARotation() public {
        vm.prank(signerAt(0));
        consortium.freeze();
        asConsortium();
        consortium.rotateSigner(memberAt(0), FRESH);
        refused(IConsortium.MemberIsFrozen.selector, abi.encode(memberAt(0)));
        consortium.anchoring(FRESH);
        vm.expectEmit(address(consortium));
        emit IConsortium.MemberUnfrozen(memberAt(0));
        asConsortium();
        consortium.unfreeze(memberAt(0));
        consortium.anchoring(FRESH);
        refused(IConsortium.MemberNotFrozen.selector, abi.encode(memberAt(0)));
        asConsortium();
        consortium.unfreeze(memberAt(0));
        refused(IConsortium.MemberNotActive.selector, abi.encode(STRANGER));
        asConsortium();
        consortium.unfreeze(STRANGER);
    }

    function testFuzz_aStrangerCannotFreeze(address caller) public {
        vm.assume(consortium.memberOf(caller) == 0);
        refused(IConsortium.SignerNotActing.selector, abi.encode(caller));
        vm.prank(caller);
        consortium.freeze();
    }

    function test_aPauseIsSeenAndLifted() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.AnchoringPaused(true);
        asConsortium();
        consortium.pauseAnchoring(true);
        assertTrue(consortium.anchoringPaused(), "paused");
        refused(IConsortium.AnchoringIsPaused.selector, "");
        consortium.anchoring(signerAt(0));
        (, uint8 rights) = consortium.acting(signerAt(0));
        assertEq(rights, 15, "status goes on");
        vm.expectEmit(address(consortium));
        emit IConsortium.AnchoringPaused(false);
        asConsortium();
        consortium.pauseAnchoring(false);
        consortium.anchoring(signerAt(0));
    }

    function testFuzz_nothingButAProposalChangesMembers(address caller) public {
        vm.assume(caller != address(consortium));
        bytes[7] memory calls = [
            abi.encodeCall(IConsortium.admit, (STRANGER, "NEW", FRESH, VOTE, 0)),
            abi.encodeCall(IConsortium.retire, (memberAt(6))),
            abi.encodeCall(IConsortium.setRights, (memberAt(6), 15)),
            abi.encodeCall(IConsortium.setScope, (memberAt(6), FULL)),
            abi.encodeCall(IConsortium.rotateSigner, (memberAt(6), FRESH)),
            abi.encodeCall(IConsortium.unfreeze, (memberAt(6))),
            abi.encodeCall(IConsortium.pauseAnchoring, (true))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(caller);
            (bool done, bytes memory why) = address(consortium).call(calls[i]);
            assertTrue(!done, "refused");
            assertEq(keccak256(why), keccak256(abi.encodeWithSelector(IConsortium.CallerNotProposal.selector, caller)), "why");
        }
    }
}
