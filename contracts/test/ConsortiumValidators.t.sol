// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IConsortium} from "../src/interfaces/IConsortium.sol";
import {World} from "./World.sol";

/// @title How validator sets look and follow each other
contract ConsortiumValidatorsTest is World {
    function announce(address[] memory v, bytes32[] memory o) private {
        asConsortium();
        consortium.announce(v, o);
    }

    /// @dev The set with one validator more, operated by member 4.
    function grown() private pure returns (address[] memory v, bytes32[] memory o) {
        v = new address[](5);
        o = new bytes32[](5);
        for (uint256 i = 0; i < 4; ++i) {
            v[i] = validators()[i];
            o[i] = operators()[i];
        }
        v[4] = address(0x3000);
        o[4] = memberAt(4);
    }

    function test_anAnnouncementIsTheNextEpochFromTheNextBlock() public {
        (address[] memory v, bytes32[] memory o) = grown();
        vm.roll(500);
        vm.expectEmit(address(consortium));
        emit IConsortium.ValidatorsChanged(1, 501, v, o);
        announce(v, o);
        (uint64 epoch, uint64 fromBlock, address[] memory v2, bytes32[] memory o2) = consortium.validatorSet();
        assertEq(keccak256(abi.encode(epoch, fromBlock, v2, o2)), vm.load(address(consortium), 0), "slot 0");
        assertEq(vm.load(address(consortium), 0), keccak256(abi.encode(uint64(1), uint64(501), v, o)), "what was announced");
    }

    function test_aSecondAnnouncementWaitsUntilTheFirstIsInForce() public {
        (address[] memory v, bytes32[] memory o) = grown();
        vm.roll(100);
        refused(IConsortium.ValidatorsNotInForce.selector, abi.encode(100, 101));
        announce(v, o);
        vm.roll(101);
        announce(v, o);
        refused(IConsortium.ValidatorsNotInForce.selector, abi.encode(101, 102));
        announce(v, o);
        vm.roll(102);
        announce(v, o);
    }

    function test_oneAddressInAndOneOutAtMost() public {
        address[] memory v = validators();
        v[3] = address(0x9999);
        announce(v, operators()); // one in, one out
        vm.roll(102);
        v[0] = address(0x1);
        v[1] = address(0x2);
        refused(IConsortium.ValidatorsChangeTooLarge.selector, abi.encode(2, 2));
        announce(v, operators());
        v = new address[](2);
        v[0] = validators()[1];
        v[1] = address(0x9999);
        bytes32[] memory o = new bytes32[](2);
        o[0] = memberAt(0);
        o[1] = memberAt(1);
        refused(IConsortium.ValidatorsChangeTooLarge.selector, abi.encode(0, 2));
        announce(v, o);
    }

    function test_twoAddressesInAreRefused() public {
        address[] memory v = new address[](6);
        bytes32[] memory o = new bytes32[](6);
        v[0] = address(0x1);
        v[5] = address(0x9999);
        for (uint256 i = 0; i < 6; ++i) {
            if (i > 0 && i < 5) v[i] = validators()[i - 1];
            o[i] = memberAt(i);
        }
        refused(IConsortium.ValidatorsChangeTooLarge.selector, abi.encode(2, 0));
        announce(v, o);
    }

    function test_operatorsMayChangeWithoutTheAddresses() public {
        bytes32[] memory o = operators();
        o[0] = memberAt(6);
        announce(validators(), o);
        (,,, bytes32[] memory now_) = consortium.validatorSet();
        assertEq(now_[0], memberAt(6), "operator");
    }

    function testFuzz_theOrderIsStrictlyAscending(uint8 place, address other) public {
        place = place % 4;
        address[] memory v = validators();
        v[place] = other;
        address low = place == 0 ? address(0) : validators()[place - 1];
        bool good = other > low;
        uint256 wrong = place;
        if (good && place < 3 && other >= validators()[place + 1]) (good, wrong) = (false, place + 1);
        if (!good) refused(IConsortium.ValidatorOrderInvalid.selector, abi.encode(wrong, v[wrong]));
        found(founders(), v, operators());
    }

    function test_aSetHasOneToSixtyFourValidators() public {
        refused(IConsortium.ValidatorCountInvalid.selector, abi.encode(0));
        found(founders(), new address[](0), new bytes32[](0));
        refused(IConsortium.ValidatorCountInvalid.selector, abi.encode(65));
        found(founders(), new address[](65), new bytes32[](65));
        address[] memory v = new address[](64);
        for (uint256 i = 0; i < 64; ++i) {
            v[i] = address(uint160(i + 1));
        }
        // 64 is a good count: what is refused is that there are not so many members
        bytes32[] memory o = new bytes32[](64);
        for (uint256 i = 0; i < 64; ++i) {
            o[i] = bytes32(i);
        }
        refused(IConsortium.MemberNotActive.selector, abi.encode(0));
        found(founders(), v, o);
        address[] memory one = new address[](1);
        bytes32[] memory alone = new bytes32[](1);
        one[0] = address(0x1);
        alone[0] = memberAt(0);
        found(founders(), one, alone);
    }

    function test_thereIsOneOperatorForEachValidator() public {
        refused(IConsortium.OperatorCountInvalid.selector, abi.encode(4, 3));
        found(founders(), validators(), new bytes32[](3));
        refused(IConsortium.OperatorCountInvalid.selector, abi.encode(4, 5));
        found(founders(), validators(), new bytes32[](5));
    }

    function test_operatorsAreDistinctActiveMembers() public {
        bytes32[] memory o = operators();
        o[3] = o[0];
        refused(IConsortium.OperatorRepeated.selector, abi.encode(o[0]));
        announce(validators(), o);
        o[3] = "stranger";
        refused(IConsortium.MemberNotActive.selector, abi.encode(o[3]));
        announce(validators(), o);
        asConsortium();
        consortium.retire(memberAt(4));
        o[3] = memberAt(4);
        refused(IConsortium.MemberNotActive.selector, abi.encode(o[3]));
        announce(validators(), o);
    }

    function test_theSetIsCheckedWhenItIsAnnouncedToo() public {
        address[] memory v = validators();
        (v[0], v[1]) = (v[1], v[0]);
        refused(IConsortium.ValidatorOrderInvalid.selector, abi.encode(1, v[1]));
        announce(v, operators());
    }

    function testFuzz_onlyAProposalAnnounces(address caller) public {
        vm.assume(caller != address(consortium));
        refused(IConsortium.CallerNotProposal.selector, abi.encode(caller));
        vm.prank(caller);
        consortium.announce(validators(), operators());
    }
}
