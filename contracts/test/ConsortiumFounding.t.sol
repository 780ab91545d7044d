// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {Founder, IConsortium} from "../src/interfaces/IConsortium.sol";
import {World} from "./World.sol";

/// @title What a consortium is founded with
contract ConsortiumFoundingTest is World {
    /// @dev The alphabets as text, so that the bit masks of the code are checked against something else.
    bytes private constant USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    bytes private constant CODE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    function found(Founder[] memory list) private {
        found(list, validators(), operators());
    }

    function test_theFoundersAreMembersWithWhatTheyWereGiven() public view {
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            assertEq(consortium.memberOf(signerAt(i)), memberAt(i), "memberOf");
            IConsortium.Member memory m = consortium.members(memberAt(i));
            assertEq(bytes32(m.code), bytes32(codeAt(i)), "code");
            assertEq(m.signer, signerAt(i), "signer");
            assertEq(m.rights, rightsAt(i), "rights");
            assertEq(m.scope, scopeAt(i), "scope");
            assertTrue(m.active && !m.frozen, "active, not frozen");
            (bytes32 member, uint8 rights) = consortium.acting(signerAt(i));
            assertEq(member, memberAt(i), "acting member");
            assertEq(rights, rightsAt(i), "acting rights");
        }
        assertEq(consortium.voters().length, 6, "voters");
        assertEq(consortium.proposals(), 0, "proposals");
        assertTrue(!consortium.anchoringPaused(), "not paused");
    }

    function test_theFirstSetIsEpochZeroFromTheNextBlock() public view {
        (uint64 epoch, uint64 fromBlock, address[] memory v, bytes32[] memory o) = consortium.validatorSet();
        assertEq(epoch, 0, "epoch");
        assertEq(fromBlock, 101, "fromBlock");
        assertEq(keccak256(abi.encode(v, o)), keccak256(abi.encode(validators(), operators())), "set");
        bytes32 want = keccak256(abi.encode(uint64(0), uint64(101), validators(), operators()));
        assertEq(vm.load(address(consortium), 0), want, "slot 0");
    }

    function test_foundingIsInTheEvents() public {
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            vm.expectEmit();
            emit IConsortium.MemberAdmitted(memberAt(i), codeAt(i), signerAt(i), rightsAt(i), scopeAt(i));
        }
        vm.expectEmit();
        emit IConsortium.ValidatorsChanged(0, 102, validators(), operators());
        found(founders());
    }

    function test_fewerThanFourVotersAreRefused() public {
        Founder[] memory list = founders();
        list[2].rights = STATUS;
        list[3].rights = RECALL;
        list[5].rights = 0;
        refused(IConsortium.VotersTooFew.selector, abi.encode(3));
        found(list);
        list[5].rights = VOTE;
        found(list);
    }

    function testFuzz_aMemberIsEighteenLettersOfTheUscc(uint8 place, bytes1 letter) public {
        place = place % 32;
        Founder[] memory list = founders();
        bytes memory text = abi.encodePacked(list[6].member);
        text[place] = letter;
        list[6].member = bytes32(text);
        bool good = place < 18 ? isOf(letter, USCC_ALPHABET) : letter == 0;
        if (!good) refused(IConsortium.MemberFormInvalid.selector, abi.encode(list[6].member));
        else vm.assume(place < 17 || place > 17 || letter < "A" || letter > "F"); // another founder's
        found(list);
    }

    function test_everyLetterOfTheUsccIsDecidedRightly() public {
        for (uint256 c = 0; c < 256; ++c) {
            testFuzz_aMemberIsEighteenLettersOfTheUscc(3, bytes1(uint8(c)));
            testFuzz_aMemberIsEighteenLettersOfTheUscc(18, bytes1(uint8(c)));
        }
    }

    function test_aShortMemberIsRefused() public {
        Founder[] memory list = founders();
        list[6].member = "91310000000000000";
        refused(IConsortium.MemberFormInvalid.selector, abi.encode(list[6].member));
        found(list);
        list[6].member = 0;
        refused(IConsortium.MemberFormInvalid.selector, abi.encode(0));
        found(list);
        list[6].member = "91310000000000000000000000000000";
        refused(IConsortium.MemberFormInvalid.selector, abi.encode(list[6].member));
        found(list);
    }

    function test_everyLetterOfACodeIsDecidedRightly() public {
        for (uint256 c = 0; c < 256; ++c) {
            for (uint256 place = 0; place < 3; ++place) {
                bytes memory text = bytes("QQ");
                text = bytes.concat(text, new bytes(6));
                text[place] = bytes1(uint8(c));
                Founder[] memory list = founders();
                list[6].code = bytes8(text);
                bool good = isOf(bytes1(uint8(c)), CODE_ALPHABET) || (place == 2 && c == 0);
                if (!good) refused(IConsortium.CodeFormInvalid.selector, abi.encode(list[6].code));
                found(list);
            }
        }
    }

    function test_aCodeIsTwoToEightLettersWithNothingAfterThem() public {
        bytes8[4] memory bad = [bytes8(0), "Q", hex"5151005100000000", hex"5151515151515100"];
        Founder[] memory list = founders();
        for (uint256 i = 0; i < 3; ++i) {
            list[6].code = bad[i];
            refused(IConsortium.CodeFormInvalid.selector, abi.encode(bad[i]));
            found(list);
        }
        list[6].code = bad[3]; // seven letters
        found(list);
        list[6].code = "QQQQQQQQ";
        found(list);
    }

    function test_aMemberACodeAndASignerAreThereOnce() public {
        Founder[] memory list = founders();
        list[6].member = memberAt(0);
        refused(IConsortium.MemberAlreadyActive.selector, abi.encode(memberAt(0)));
        found(list);
        list = founders();
        list[6].code = codeAt(0);
        refused(IConsortium.CodeTaken.selector, abi.encode(codeAt(0), memberAt(0)));
        found(list);
        list = founders();
        list[6].signer = signerAt(0);
        refused(IConsortium.SignerTaken.selector, abi.encode(signerAt(0), memberAt(0)));
        found(list);
        list = founders();
        list[6].signer = address(0);
        refused(IConsortium.SignerInvalid.selector, abi.encode(0));
        found(list);
    }

    function testFuzz_thereAreFourRights(uint8 rights) public {
        Founder[] memory list = founders();
        list[6].rights = rights;
        if (rights > 15) refused(IConsortium.RightsInvalid.selector, abi.encode(rights));
        found(list);
    }

    function testFuzz_aScopeHasClassAndStageOrNeither(uint64 scope, bool low, bool high, bool anchors) public {
        if (!low) scope = (scope >> 32) << 32;
        if (!high) scope = uint32(scope);
        Founder[] memory list = founders();
        list[6].scope = scope;
        list[6].rights = anchors ? VOTE | ANCHOR : VOTE;
        bool hasClass = scope & 0xffffffff != 0;
        bool hasStage = scope & ~uint64(0xffffffff) != 0;
        bool good = anchors ? hasClass && hasStage : hasClass == hasStage;
        if (!good) refused(IConsortium.ScopeInvalid.selector, abi.encode(list[6].rights, scope));
        found(list);
    }

    function isOf(bytes1 letter, bytes memory alphabet) private pure returns (bool) {
        for (uint256 i = 0; i < alphabet.length; ++i) {
            if (alphabet[i] == letter) return true;
        }
        return false;
    }
}
