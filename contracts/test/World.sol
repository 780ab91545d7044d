// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {IAnchorLog} from "../src/interfaces/IAnchorLog.sol";
import {Founder, IConsortium} from "../src/interfaces/IConsortium.sol";
import {IStatusRegistry} from "../src/interfaces/IStatusRegistry.sol";
import {Test} from "./Test.sol";

/// @title A consortium of seven, six of them voters, four of those operating a validator each
/// @dev The tests know the interfaces only: the code is looked up when they run, so that scripts/mutate_contracts.py may put
/// another in its place.
abstract contract World is Test {
    uint8 internal constant VOTE = 1;
    uint8 internal constant ANCHOR = 2;
    uint8 internal constant STATUS = 4;
    uint8 internal constant RECALL = 8;
    uint64 internal constant FULL = 0x0000000700000007;
    uint64 internal constant NARROW = 0x0000000100000001;
    uint256 internal constant FOUNDERS = 7;
    bytes32 internal constant BY_PROPOSAL = bytes32(type(uint256).max);

    IConsortium internal consortium;
    IAnchorLog internal log;
    IStatusRegistry internal registry;

    function setUp() public virtual {
        vm.roll(100);
        vm.warp(1_800_000_000);
        consortium = IConsortium(found(founders(), validators(), operators()));
        log = IAnchorLog(deploy("AnchorLog.sol", abi.encode(consortium)));
        registry = IStatusRegistry(deploy("StatusRegistry.sol", abi.encode(consortium, log)));
        vm.roll(101);
    }

    function found(Founder[] memory list, address[] memory v, bytes32[] memory o) internal returns (address) {
        return deploy("Consortium.sol", abi.encode(list, v, o));
    }

    /// @dev Members differ in their 18th character: A, B, … (up to H).
    function memberAt(uint256 i) internal pure returns (bytes32) {
        return bytes32(uint256(bytes32("91310000000000000A")) + (i << 112));
    }

    function codeAt(uint256 i) internal pure returns (bytes8) {
        return bytes8(uint64(bytes8("MA")) + (uint64(i) << 48));
    }

    function signerAt(uint256 i) internal pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function rightsAt(uint256 i) internal pure returns (uint8) {
        uint8[7] memory rights = [15, VOTE | ANCHOR, VOTE | STATUS, VOTE | RECALL, ANCHOR | STATUS | RECALL, VOTE, 15];
        return rights[i];
    }

    function scopeAt(uint256 i) internal pure returns (uint64) {
        uint64[7] memory scopes = [FULL, NARROW, 0, 0, FULL, 0, FULL];
        return scopes[i];
    }

    function founders() internal pure returns (Founder[] memory list) {
        list = new Founder[](FOUNDERS);
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            list[i] = Founder(memberAt(i), codeAt(i), signerAt(i), rightsAt(i), scopeAt(i));
        }
    }

    function validators() internal pure returns (address[] memory list) {
        list = new address[](4);
        for (uint256 i = 0; i < 4; ++i) {
            list[i] = address(uint160(0x2000 + 16 * i));
        }
    }

    function operators() internal pure returns (bytes32[] memory list) {
        list = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) {
            list[i] = memberAt(i);
        }
    }

    /// @dev The next call comes as an executed proposal makes it.
    function asConsortium() internal {
        vm.prank(address(consortium));
    }

    /// @dev Proposes the call and lets the first `approvals` voters approve it.
    function proposeWith(address target, bytes memory data, uint256 approvals) internal returns (uint64 id) {
        uint256[6] memory voting = [uint256(0), 1, 2, 3, 5, 6];
        vm.prank(signerAt(0));
        id = consortium.propose(target, data);
        for (uint256 i = 0; i < approvals; ++i) {
            vm.prank(signerAt(voting[i]));
            consortium.approve(id);
        }
    }

    function refused(bytes4 selector, bytes memory arguments) internal {
        vm.expectRevert(bytes.concat(selector, arguments));
    }
}
