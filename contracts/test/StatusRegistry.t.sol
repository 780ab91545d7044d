// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IStatusRegistry, Status} from "../src/interfaces/IStatusRegistry.sol";
import {World} from "./World.sol";

/// @title Who may say what of leaves, batches and codes
/// @dev Members 0 and 6 anchored batches 1 (5 leaves) and 2 (3 leaves); both hold STATUS and RECALL, 3 holds RECALL alone.
contract StatusRegistryTest is World {
    bytes32 private constant KEY = keccak256("a code key");

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 7; i += 6) {
            vm.prank(signerAt(i));
            log.anchor(1, "root 1", 5, FULL, 1);
            vm.prank(signerAt(i));
            log.anchor(2, "root 2", 3, FULL, 1);
        }
    }

    function leaf(Status status) private {
        vm.prank(signerAt(0));
        registry.setLeaf(1, 2, status, 7, 0, 0);
    }

    function code(uint256 by, Status status) private {
        vm.prank(signerAt(by));
        registry.setCode(KEY, status, 7);
    }

    function leafKey(bytes32 member, uint64 seq, uint64 index) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(1), member, seq, index));
    }

    function batchKey(bytes32 member, uint64 seq) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(2), member, seq));
    }

    function codeKey(bytes32 key) private pure returns (bytes32) {
        return keccak256(abi.encode(uint8(3), key));
    }

    function word(bytes32 key) private view returns (uint256) {
        return uint256(vm.load(address(registry), keccak256(abi.encode(key, uint256(0)))));
    }

    function packed(Status status, uint16 reason, uint64 change, uint48 nextSeq, uint48 nextIndex)
        private
        view
        returns (uint256)
    {
        return uint256(uint8(status)) | (uint256(reason) << 8) | (block.timestamp << 24) | (uint256(change) << 72)
            | (uint256(nextSeq) << 136) | (uint256(nextIndex) << 184);
    }

    // ---------------------------------------------------------------- words

    function testFuzz_aLeafsWordIsPackedAtItsSlot(uint16 reason, uint48 time, uint8 which) public {
        vm.warp(time);
        Status status = Status([1, 2, 4][which % 3]);
        vm.expectEmit(address(registry));
        emit IStatusRegistry.LeafStatus(memberAt(0), 1, 2, status, reason, 0, 0, 1);
        vm.prank(signerAt(0));
        registry.setLeaf(1, 2, status, reason, 0, 0);
        assertEq(word(leafKey(memberAt(0), 1, 2)), packed(status, reason, 1, 0, 0), "word");
        assertEq(uint8(registry.leafStatus(memberAt(0), 1, 2).status), uint8(status), "view");
        assertEq(word(leafKey(memberAt(6), 1, 2)), 0, "not another member's");
    }

    function test_aSupersededLeafNamesItsSuccessor() public {
        vm.expectEmit(address(registry));
        emit IStatusRegistry.LeafStatus(memberAt(0), 1, 4, Status.Superseded, 9, 2, 1, 1);
        vm.prank(signerAt(0));
        registry.setLeaf(1, 4, Status.Superseded, 9, 2, 1);
        assertEq(word(leafKey(memberAt(0), 1, 4)), packed(Status.Superseded, 9, 1, 2, 1), "word");
        IStatusRegistry.Entry memory e = registry.leafStatus(memberAt(0), 1, 4);
        assertEq(uint256(e.nextSeq) << 64 | e.nextIndex, uint256(2) << 64 | 1, "next");
        assertEq(e.reason, 9, "reason");
        assertEq(e.time, block.timestamp, "time");
        assertEq(e.change, 1, "change");
    }

    function testFuzz_aBatchsWordIsPackedAtItsSlot(uint16 reason, uint48 time, uint8 which) public {
        vm.warp(time);
        Status status = Status([1, 2, 4][which % 3]);
        vm.expectEmit(address(registry));
        emit IStatusRegistry.BatchStatus(memberAt(0), 2, status, reason, 1);
        vm.prank(signerAt(0));
        registry.setBatch(2, status, reason);
        assertEq(word(batchKey(memberAt(0), 2)), packed(status, reason, 1, 0, 0), "word");
        assertEq(uint8(registry.batchStatus(memberAt(0), 2).status), uint8(status), "view");
    }

    function testFuzz_aCodesWordIsPackedAtItsSlot(bytes32 key, uint16 reason, uint48 time, uint8 which) public {
        vm.warp(time);
        Status status = Status([1, 2, 5][which % 3]);
        vm.expectEmit(address(registry));
        emit IStatusRegistry.CodeStatus(key, memberAt(3), status, reason, 1);
        vm.prank(signerAt(3));
        registry.setCode(key, status, reason);
        assertEq(word(codeKey(key)), packed(status, reason, 1, 0, 0), "word");
        assertEq(uint8(registry.codeStatus(key).status), uint8(status), "view");
    }

    function test_changesAreNumberedOverTheWholeRegistry() public {
        leaf(Status.Suspended);
        vm.prank(signerAt(6));
        registry.setBatch(1, Status.Suspended, 1);
        code(3, Status.Recalled);
        assertEq(registry.changes(), 3, "changes");
        assertEq(registry.leafStatus(memberAt(0), 1, 2).change, 1, "leaf");
        assertEq(registry.batchStatus(memberAt(6), 1).change, 2, "batch");
        assertEq(registry.codeStatus(KEY).change, 3, "code");
    }

    function test_whatWasNotSaidIsZero() public view {
        assertEq(word(leafKey(memberAt(0), 1, 0)) | word(batchKey(memberAt(0), 1)) | word(codeKey(KEY)), 0, "words");
        assertEq(uint8(registry.leafStatus(memberAt(0), 1, 0).status), 0, "leaf");
        assertEq(registry.changes(), 0, "changes");
    }

    // ---------------------------------------------------------------- what may be said

    function test_eachKindTakesItsOwnStatuses() public {
        bool[6] memory leaves = [false, true, true, true, true, false];
        bool[6] memory batches = [false, true, true, false, true, false];
        bool[6] memory codes = [false, true, true, false, false, true];
        for (uint8 s = 0; s < 6; ++s) {
            (uint64 seq, uint64 index) = s == 3 ? (uint64(2), uint64(0)) : (uint64(0), uint64(0));
            if (!leaves[s]) refused(IStatusRegistry.StatusNotApplicable.selector, abi.encode(s));
            vm.prank(signerAt(0));
            registry.setLeaf(1, 0, Status(s), 0, seq, index);
            if (!batches[s]) refused(IStatusRegistry.StatusNotApplicable.selector, abi.encode(s));
            vm.prank(signerAt(0));
            registry.setBatch(s == 5 ? 1 : 2, Status(s), 0);
            if (!codes[s]) refused(IStatusRegistry.StatusNotApplicable.selector, abi.encode(s));
            vm.prank(signerAt(0));
            registry.setCode(KEY, Status(s), 0);
        }
    }

    function test_aPlaceExists() public {
        refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(0), 1, 5));
        vm.prank(signerAt(0));
        registry.setLeaf(1, 5, Status.Suspended, 0, 0, 0);
        refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(0), 3, 0));
        vm.prank(signerAt(0));
        registry.setLeaf(3, 0, Status.Suspended, 0, 0, 0);
        refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(0), 3, 0));
        vm.prank(signerAt(0));
        registry.setBatch(3, Status.Suspended, 0);
        refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(2), 1, 0)); // another's is not its own
        vm.prank(signerAt(2));
        registry.setLeaf(1, 0, Status.Suspended, 0, 0, 0);
    }

    function testFuzz_aSuccessorIsALaterPlaceOfTheMember(uint64 seq, uint64 index, uint64 nextSeq, uint64 nextIndex) public {
        (seq, index) = (1 + seq % 2, index % 3);
        (nextSeq, nextIndex) = (nextSeq % 4, nextIndex % 7);
        uint64 size = nextSeq == 1 ? 5 : nextSeq == 2 ? 3 : 0;
        if (nextSeq < seq || (nextSeq == seq && nextIndex <= index)) {
            refused(IStatusRegistry.StatusSuccessorInvalid.selector, abi.encode(seq, index, nextSeq, nextIndex));
        } else if (nextIndex >= size) {
            refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(0), nextSeq, nextIndex));
        }
        vm.prank(signerAt(0));
        registry.setLeaf(seq, index, Status.Superseded, 0, nextSeq, nextIndex);
    }

    function test_onlySupersededHasASuccessor() public {
        refused(IStatusRegistry.StatusSuccessorInvalid.selector, abi.encode(1, 0, 2, 0));
        vm.prank(signerAt(0));
        registry.setLeaf(1, 0, Status.Active, 0, 2, 0);
        refused(IStatusRegistry.StatusSuccessorInvalid.selector, abi.encode(1, 0, 0, 1));
        vm.prank(signerAt(0));
        registry.setLeaf(1, 0, Status.Suspended, 0, 0, 1);
    }

    function test_revokedIsForEver() public {
        leaf(Status.Revoked);
        bytes memory key = abi.encode(leafKey(memberAt(0), 1, 2));
        refused(IStatusRegistry.StatusRevoked.selector, key);
        leaf(Status.Active);
        refused(IStatusRegistry.StatusRevoked.selector, key);
        leaf(Status.Revoked);
        refused(IStatusRegistry.StatusRevoked.selector, key);
        asConsortium();
        registry.setLeafFor(memberAt(0), 1, 2, Status.Active, 0, 0, 0);
        vm.prank(signerAt(0));
        registry.setBatch(1, Status.Revoked, 0);
        refused(IStatusRegistry.StatusRevoked.selector, abi.encode(batchKey(memberAt(0), 1)));
        vm.prank(signerAt(0));
        registry.setBatch(1, Status.Active, 0);
    }

    function test_theOthersMayBeLifted() public {
        leaf(Status.Suspended);
        leaf(Status.Active);
        vm.prank(signerAt(0));
        registry.setLeaf(1, 2, Status.Superseded, 0, 1, 3);
        leaf(Status.Active);
        assertEq(word(leafKey(memberAt(0), 1, 2)), packed(Status.Active, 7, 4, 0, 0), "no successor is left over");
    }

    // ---------------------------------------------------------------- who may say it

    function test_statusNeedsItsRight() public {
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(signerAt(1), STATUS));
        vm.prank(signerAt(1));
        registry.setLeaf(1, 0, Status.Active, 0, 0, 0);
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(signerAt(3), STATUS));
        vm.prank(signerAt(3));
        registry.setBatch(1, Status.Active, 0);
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(signerAt(2), RECALL));
        code(2, Status.Active);
    }

    function testFuzz_aStrangerSaysNothing(address caller) public {
        vm.assume(consortium.memberOf(caller) == 0);
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(caller, STATUS));
        vm.prank(caller);
        registry.setLeaf(1, 0, Status.Active, 0, 0, 0);
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(caller, RECALL));
        vm.prank(caller);
        registry.setCode(KEY, Status.Active, 0);
    }

    function test_aFrozenMemberSaysNothingAndAPauseStopsNobody() public {
        asConsortium();
        consortium.pauseAnchoring(true);
        leaf(Status.Suspended);
        code(0, Status.Recalled);
        vm.prank(signerAt(0));
        consortium.freeze();
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(signerAt(0), STATUS));
        leaf(Status.Active);
        refused(IStatusRegistry.StatusRightMissing.selector, abi.encode(signerAt(0), RECALL));
        code(0, Status.Active);
    }

    function test_aCodeIsLiftedByWhomSetItOnly() public {
        code(0, Status.Suspended);
        assertEq(registry.keeperOf(codeKey(KEY)), memberAt(0), "keeper");
        bytes memory kept = abi.encode(codeKey(KEY), memberAt(0));
        refused(IStatusRegistry.StatusKept.selector, kept);
        code(3, Status.Active);
        refused(IStatusRegistry.StatusKept.selector, kept);
        code(3, Status.Suspended);
        code(0, Status.Recalled);
        refused(IStatusRegistry.StatusKept.selector, kept);
        code(3, Status.Recalled);
        refused(IStatusRegistry.StatusKept.selector, kept);
        code(3, Status.Suspended);
        code(0, Status.Active);
        assertEq(registry.keeperOf(codeKey(KEY)), 0, "anybody's again");
        code(3, Status.Recalled);
    }

    function test_anothersSuspensionMayBeRaisedButThenOnlyAProposalLifts() public {
        code(0, Status.Suspended);
        code(3, Status.Recalled);
        bytes memory kept = abi.encode(codeKey(KEY), BY_PROPOSAL);
        for (uint256 i = 0; i < 4; i += 3) {
            refused(IStatusRegistry.StatusKept.selector, kept);
            code(i, Status.Active);
        }
        asConsortium();
        registry.setCodeFor(memberAt(0), KEY, Status.Active, 0);
        code(3, Status.Suspended);
    }

    function test_aProposalSpeaksForAMemberThatIsGone() public {
        asConsortium();
        consortium.retire(memberAt(6));
        bytes memory call_ = abi.encodeCall(IStatusRegistry.setLeafFor, (memberAt(6), 1, 4, Status.Superseded, 3, 2, 0));
        uint64 id = proposeWith(address(registry), call_, 4);
        vm.expectEmit(address(registry));
        emit IStatusRegistry.LeafStatus(memberAt(6), 1, 4, Status.Superseded, 3, 2, 0, 1);
        consortium.execute(id);
        id = proposeWith(address(registry), abi.encodeCall(IStatusRegistry.setBatchFor, (memberAt(6), 2, Status.Revoked, 4)), 4);
        vm.expectEmit(address(registry));
        emit IStatusRegistry.BatchStatus(memberAt(6), 2, Status.Revoked, 4, 2);
        consortium.execute(id);
        id = proposeWith(address(registry), abi.encodeCall(IStatusRegistry.setCodeFor, (memberAt(6), KEY, Status.Recalled, 5)), 4);
        vm.expectEmit(address(registry));
        emit IStatusRegistry.CodeStatus(KEY, memberAt(6), Status.Recalled, 5, 3);
        consortium.execute(id);
    }

    function test_whatAProposalSetOnlyAProposalChanges() public {
        asConsortium();
        registry.setLeafFor(memberAt(0), 1, 2, Status.Suspended, 0, 0, 0);
        bytes32 key = leafKey(memberAt(0), 1, 2);
        assertEq(registry.keeperOf(key), BY_PROPOSAL, "keeper");
        refused(IStatusRegistry.StatusKept.selector, abi.encode(key, BY_PROPOSAL));
        leaf(Status.Active);
        asConsortium();
        registry.setLeafFor(memberAt(0), 1, 2, Status.Active, 0, 0, 0);
        leaf(Status.Suspended);

        asConsortium();
        registry.setBatchFor(memberAt(0), 1, Status.Suspended, 0);
        refused(IStatusRegistry.StatusKept.selector, abi.encode(batchKey(memberAt(0), 1), BY_PROPOSAL));
        vm.prank(signerAt(0));
        registry.setBatch(1, Status.Active, 0);

        code(0, Status.Suspended);
        asConsortium();
        registry.setCodeFor(memberAt(0), KEY, Status.Suspended, 0);
        refused(IStatusRegistry.StatusKept.selector, abi.encode(codeKey(KEY), BY_PROPOSAL));
        code(0, Status.Active);
        code(3, Status.Recalled); // raising stays possible, and lifting stays a proposal's
        refused(IStatusRegistry.StatusKept.selector, abi.encode(codeKey(KEY), BY_PROPOSAL));
        code(3, Status.Active);
    }

    function test_aProposalKeepsToTheRulesToo() public {
        refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(1), 1, 0));
        asConsortium();
        registry.setLeafFor(memberAt(1), 1, 0, Status.Suspended, 0, 0, 0);
        refused(IStatusRegistry.StatusPlaceMissing.selector, abi.encode(memberAt(1), 1, 0));
        asConsortium();
        registry.setBatchFor(memberAt(1), 1, Status.Suspended, 0);
        refused(IStatusRegistry.StatusMemberUnknown.selector, abi.encode(bytes32("stranger")));
        asConsortium();
        registry.setCodeFor("stranger", KEY, Status.Recalled, 0);
    }

    function testFuzz_onlyTheConsortiumSpeaksForOthers(address caller) public {
        vm.assume(caller != address(consortium));
        refused(IStatusRegistry.StatusCallerNotConsortium.selector, abi.encode(caller));
        vm.prank(caller);
        registry.setLeafFor(memberAt(0), 1, 0, Status.Active, 0, 0, 0);
        refused(IStatusRegistry.StatusCallerNotConsortium.selector, abi.encode(caller));
        vm.prank(caller);
        registry.setBatchFor(memberAt(0), 1, Status.Active, 0);
        refused(IStatusRegistry.StatusCallerNotConsortium.selector, abi.encode(caller));
        vm.prank(caller);
        registry.setCodeFor(memberAt(0), KEY, Status.Active, 0);
    }

    function test_theRegistryNamesItsContracts() public {
        assertEq(registry.consortium(), address(consortium), "consortium");
        assertEq(registry.anchorLog(), address(log), "log");
        refused(IStatusRegistry.ContractWithoutCode.selector, abi.encode(address(0xBEEF)));
        deploy("StatusRegistry.sol", abi.encode(address(0xBEEF), log));
        refused(IStatusRegistry.ContractWithoutCode.selector, abi.encode(address(0xBEEF)));
        deploy("StatusRegistry.sol", abi.encode(consortium, address(0xBEEF)));
    }
}
