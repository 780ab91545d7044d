// SPDX-License-Identifier: Apache-2.0
pragma solidity =0.8.37;

import {World} from "../World.sol";

/// @title The log and its members under any order of acts, beside a model of what it must do
/// @dev The model decides for each anchor whether it must be refused; the log has to agree every time.
contract AnchorLogActs is World {
    struct Ghost {
        bool active;
        bool frozen;
        uint8 rights;
        uint64 scope;
        address signer;
    }

    struct GhostHead {
        bytes32 root;
        uint48 size;
        uint48 number;
        uint8 suite;
        uint64 scope;
    }

    Ghost[7] private _ghosts;
    mapping(uint256 i => GhostHead[]) private _heads;
    bool private _paused;
    uint160 private _fresh = 0x7000;

    constructor() {
        setUp();
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            _ghosts[i] = Ghost(true, false, rightsAt(i), scopeAt(i), signerAt(i));
        }
    }

    function anchor(uint256 who, uint64 seq, bool next, bytes32 root, uint64 size, uint64 scope, uint8 suite) external {
        uint256 i = who % FOUNDERS;
        Ghost memory g = _ghosts[i];
        if (next) (seq, size, root, suite) = (uint64(_heads[i].length) + 1, size % 1000, root | bytes32(uint256(1)), 1);
        else seq = seq % 8;
        scope = who % 3 == 0 ? scope : g.scope; // often one that will do
        bool allowed = !_paused && g.active && !g.frozen && g.rights & ANCHOR != 0 && scope & ~g.scope == 0 && uint32(scope) != 0
            && scope >> 32 != 0 && seq == _heads[i].length + 1 && root != 0 && size != 0 && size <= type(uint48).max && suite != 0;
        vm.roll(block.number + 1);
        vm.prank(g.signer);
        (bool done,) = address(log).call(abi.encodeCall(log.anchor, (seq, root, size, scope, suite)));
        assertTrue(done == allowed, "the log agrees with the model");
        if (!done) return;
        _heads[i].push(GhostHead(root, uint48(size), uint48(block.number), suite, scope));
    }

    function freeze(uint256 who) external {
        Ghost storage g = _ghosts[who % FOUNDERS];
        vm.prank(g.signer);
        (bool done,) = address(consortium).call(abi.encodeCall(consortium.freeze, ()));
        assertTrue(done == (g.active && !g.frozen), "freeze");
        if (done) g.frozen = true;
    }

    function unfreeze(uint256 who) external {
        Ghost storage g = _ghosts[who % FOUNDERS];
        asConsortium();
        (bool done,) = address(consortium).call(abi.encodeCall(consortium.unfreeze, (memberAt(who % FOUNDERS))));
        assertTrue(done == (g.active && g.frozen), "unfreeze");
        if (done) g.frozen = false;
    }

    function pause(uint8 dice) external {
        _paused = dice % 4 == 0;
        asConsortium();
        consortium.pauseAnchoring(_paused);
    }

    function rotate(uint256 who) external {
        Ghost storage g = _ghosts[who % FOUNDERS];
        if (!g.active) return;
        g.signer = address(_fresh++);
        asConsortium();
        consortium.rotateSigner(memberAt(who % FOUNDERS), g.signer);
    }

    function setScope(uint256 who, uint64 scope) external {
        Ghost storage g = _ghosts[who % FOUNDERS];
        asConsortium();
        (bool done,) = address(consortium).call(abi.encodeCall(consortium.setScope, (memberAt(who % FOUNDERS), scope)));
        if (done) g.scope = scope;
    }

    function setRights(uint256 who, uint8 rights) external {
        Ghost storage g = _ghosts[who % FOUNDERS];
        asConsortium();
        (bool done,) = address(consortium).call(abi.encodeCall(consortium.setRights, (memberAt(who % FOUNDERS), rights % 16)));
        if (done) g.rights = rights % 16;
    }

    function retire(uint256 who) external {
        asConsortium();
        (bool done,) = address(consortium).call(abi.encodeCall(consortium.retire, (memberAt(who % FOUNDERS))));
        if (done) _ghosts[who % FOUNDERS].active = false;
    }

    function comeBack(uint256 who) external {
        uint256 i = who % FOUNDERS;
        if (_ghosts[i].active) return;
        _ghosts[i] = Ghost(true, false, rightsAt(i), scopeAt(i), address(_fresh++));
        asConsortium();
        consortium.admit(memberAt(i), codeAt(i), _ghosts[i].signer, rightsAt(i), scopeAt(i));
    }

    /// @dev The whole set of validators and operators may change under the log's feet.
    function announce(uint256 dice) external {
        (uint64 epoch,, address[] memory v, bytes32[] memory o) = consortium.validatorSet();
        v[dice % v.length] = address(uint160(0x9000 + dice % 0xfff));
        vm.roll(block.number + 1);
        asConsortium();
        (bool done,) = address(consortium).call(abi.encodeCall(consortium.announce, (v, o)));
        (uint64 next,,,) = consortium.validatorSet();
        assertTrue(next == epoch + (done ? 1 : 0), "an announcement is an epoch");
    }

    /// @dev Every head that was ever written still stands, and nothing follows it.
    function checkHeads() external view {
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            uint256 count = _heads[i].length;
            for (uint64 seq = 1; seq <= count; ++seq) {
                GhostHead memory want = _heads[i][seq - 1];
                (bytes32 root, uint48 size, uint48 number, uint8 suite, uint64 scope) = log.head(memberAt(i), seq);
                bytes32 got = keccak256(abi.encode(root, size, number, suite, scope));
                assertEq(got, keccak256(abi.encode(want)), "head");
            }
            (bytes32 next,,,,) = log.head(memberAt(i), uint64(count) + 1);
            (bytes32 zeroth,,,,) = log.head(memberAt(i), 0);
            assertEq(next | zeroth, 0, "no gap, no more");
        }
    }
}

contract AnchorLogInvariant is World {
    AnchorLogActs private _acts;

    function setUp() public override {
        _acts = new AnchorLogActs();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_acts);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        bytes4[] memory selectors = new bytes4[](15);
        for (uint256 i = 0; i < 6; ++i) {
            selectors[i] = AnchorLogActs.anchor.selector; // as often as all the others together
        }
        selectors[6] = AnchorLogActs.freeze.selector;
        selectors[7] = AnchorLogActs.unfreeze.selector;
        selectors[8] = AnchorLogActs.pause.selector;
        selectors[9] = AnchorLogActs.rotate.selector;
        selectors[10] = AnchorLogActs.setScope.selector;
        selectors[11] = AnchorLogActs.setRights.selector;
        selectors[12] = AnchorLogActs.retire.selector;
        selectors[13] = AnchorLogActs.comeBack.selector;
        selectors[14] = AnchorLogActs.announce.selector;
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(_acts), selectors);
    }

    function invariant_headsAreAppendOnlyGaplessAndOnlyActiveMembersWithinScopeWrite() external view {
        _acts.checkHeads();
    }
}
