// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IAnchorLog} from "../src/interfaces/IAnchorLog.sol";
import {IConsortium} from "../src/interfaces/IConsortium.sol";
import {World} from "./World.sol";

contract AnchorLogTest is World {
    bytes32 private constant ROOT = keccak256("root");

    function anchorAs(uint256 i, uint64 seq) private {
        vm.prank(signerAt(i));
        log.anchor(seq, ROOT, 5, NARROW, 1);
    }

    function test_anAnchorIsLoggedAndKept() public {
        vm.expectEmit(address(log));
        emit IAnchorLog.Anchored(memberAt(0), 1, ROOT, 5, FULL, 2, codeAt(0));
        vm.prank(signerAt(0));
        log.anchor(1, ROOT, 5, FULL, 2);
        (bytes32 root, uint48 size, uint48 number, uint8 suite, uint64 scope) = log.head(memberAt(0), 1);
        assertEq(root, ROOT, "root");
        assertEq(size, 5, "size");
        assertEq(number, block.number, "block");
        assertEq(suite, 2, "suite");
        assertEq(scope, FULL, "scope");
    }

    function testFuzz_aHeadIsTwoPackedWordsAtItsSlot(bytes32 root, uint48 size, uint8 suite, uint48 number) public {
        vm.assume(root != 0 && size != 0 && suite != 0);
        vm.roll(number);
        vm.prank(signerAt(1));
        log.anchor(1, root, size, NARROW, suite);
        bytes32 slot = keccak256(abi.encode(keccak256(abi.encode(memberAt(1), uint64(1))), uint256(0)));
        assertEq(vm.load(address(log), slot), root, "word 0");
        uint256 word = uint256(size) | (uint256(number) << 48) | (uint256(suite) << 96) | (uint256(NARROW) << 104);
        assertEq(vm.load(address(log), bytes32(uint256(slot) + 1)), bytes32(word), "word 1");
        assertEq(vm.load(address(log), bytes32(uint256(slot) + 2)), 0, "nothing follows");
    }

    function test_anUnwrittenHeadIsZero() public view {
        (bytes32 root, uint48 size, uint48 number, uint8 suite, uint64 scope) = log.head(memberAt(0), 1);
        assertEq(uint256(root) | size | number | suite | scope, 0, "head");
    }

    function test_aSeqIsWrittenOnce() public {
        anchorAs(0, 1);
        refused(IAnchorLog.AnchorAlreadySet.selector, abi.encode(memberAt(0), 1));
        anchorAs(0, 1);
        anchorAs(0, 2);
        refused(IAnchorLog.AnchorAlreadySet.selector, abi.encode(memberAt(0), 1));
        anchorAs(0, 1);
    }

    function test_aSeqFollowsItsPredecessor() public {
        refused(IAnchorLog.AnchorOutOfOrder.selector, abi.encode(memberAt(0), 2));
        anchorAs(0, 2);
        anchorAs(0, 1);
        refused(IAnchorLog.AnchorOutOfOrder.selector, abi.encode(memberAt(0), 3));
        anchorAs(0, 3);
        anchorAs(0, 2);
        anchorAs(0, 3);
    }

    function test_eachMemberCountsForItself() public {
        anchorAs(0, 1);
        anchorAs(1, 1);
        anchorAs(0, 2);
        refused(IAnchorLog.AnchorOutOfOrder.selector, abi.encode(memberAt(4), 2));
        anchorAs(4, 2);
    }

    function testFuzz_aSeqIsOneToFortyEightBits(uint64 seq) public {
        vm.assume(seq == 0 || seq > type(uint48).max);
        refused(IAnchorLog.AnchorSeqOutOfRange.selector, abi.encode(seq));
        anchorAs(0, seq);
    }

    function test_theLargestSeqIsInRange() public {
        refused(IAnchorLog.AnchorOutOfOrder.selector, abi.encode(memberAt(0), type(uint48).max));
        anchorAs(0, type(uint48).max);
    }

    function testFuzz_aSizeIsOneToFortyEightBits(uint64 size) public {
        vm.assume(size == 0 || size > type(uint48).max);
        refused(IAnchorLog.AnchorSizeOutOfRange.selector, abi.encode(size));
        vm.prank(signerAt(0));
        log.anchor(1, ROOT, size, FULL, 1);
    }

    function test_aRootIsNotZero() public {
        refused(IAnchorLog.AnchorRootMissing.selector, abi.encode(memberAt(0), 1));
        vm.prank(signerAt(0));
        log.anchor(1, 0, 5, FULL, 1);
    }

    function test_aSuiteIsNotZero() public {
        refused(IAnchorLog.AnchorSuiteMissing.selector, abi.encode(memberAt(0), 1));
        vm.prank(signerAt(0));
        log.anchor(1, ROOT, 5, FULL, 0);
    }

    function testFuzz_aScopeHasAClassAndAStage(uint32 half) public {
        refused(IAnchorLog.AnchorScopeIncomplete.selector, abi.encode(uint64(half)));
        vm.prank(signerAt(0));
        log.anchor(1, ROOT, 5, half, 1);
        refused(IAnchorLog.AnchorScopeIncomplete.selector, abi.encode(uint64(half) << 32));
        vm.prank(signerAt(0));
        log.anchor(1, ROOT, 5, uint64(half) << 32, 1);
    }

    function testFuzz_aScopeIsWithinTheMembers(uint64 scope) public {
        vm.assume(scope & ~NARROW != 0 && uint32(scope) != 0 && scope >> 32 != 0);
        refused(IAnchorLog.AnchorScopeExceeded.selector, abi.encode(memberAt(1), scope, NARROW));
        vm.prank(signerAt(1));
        log.anchor(1, ROOT, 5, scope, 1);
    }

    function testFuzz_aStrangerIsRefused(address stranger) public {
        vm.assume(consortium.memberOf(stranger) == 0);
        refused(IConsortium.SignerNotActing.selector, abi.encode(stranger));
        vm.prank(stranger);
        log.anchor(1, ROOT, 5, FULL, 1);
    }

    function test_aMemberWithoutTheRightIsRefused() public {
        refused(IConsortium.RightMissing.selector, abi.encode(memberAt(2), ANCHOR));
        anchorAs(2, 1);
    }

    function test_aFrozenMemberIsRefused() public {
        vm.prank(signerAt(0));
        consortium.freeze();
        refused(IConsortium.MemberIsFrozen.selector, abi.encode(memberAt(0)));
        anchorAs(0, 1);
    }

    function test_aPauseStopsEveryone() public {
        asConsortium();
        consortium.pauseAnchoring(true);
        refused(IConsortium.AnchoringIsPaused.selector, "");
        anchorAs(0, 1);
        asConsortium();
        consortium.pauseAnchoring(false);
        anchorAs(0, 1);
    }

    function test_aRetiredMemberComesBackAndItsSeqContinues() public {
        anchorAs(4, 1);
        asConsortium();
        consortium.retire(memberAt(4));
        refused(IConsortium.SignerNotActing.selector, abi.encode(signerAt(4)));
        anchorAs(4, 2);
        asConsortium();
        consortium.admit(memberAt(4), codeAt(4), address(0xBEEF), ANCHOR, FULL);
        vm.prank(address(0xBEEF));
        log.anchor(2, ROOT, 5, FULL, 1);
    }

    function test_aRotatedSignerGoesOnAndTheOldOneIsRefused() public {
        anchorAs(0, 1);
        asConsortium();
        consortium.rotateSigner(memberAt(0), address(0xBEEF));
        refused(IConsortium.SignerNotActing.selector, abi.encode(signerAt(0)));
        anchorAs(0, 2);
        vm.prank(address(0xBEEF));
        log.anchor(2, ROOT, 5, FULL, 1);
    }

    function test_theLogNamesItsConsortiumWhichIsAContract() public {
        assertEq(log.consortium(), address(consortium), "consortium");
        refused(IAnchorLog.ConsortiumWithoutCode.selector, abi.encode(address(0xBEEF)));
        deploy("AnchorLog.sol", abi.encode(address(0xBEEF)));
    }
}
