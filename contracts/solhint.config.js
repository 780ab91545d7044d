// solhint, all of its rules as errors, but for those below: each says why it is turned off or set otherwise.
// Run by tests/contracts/test_lint.py; by hand in this directory: ../scripts/node_modules/.bin/solhint -c solhint.config.js 'src/**/*.sol'
const { rules } = require("../scripts/node_modules/solhint/conf/rulesets/solhint-all.js");

const asErrors = Object.fromEntries(
  Object.entries(rules).map(([name, setting]) => [name, Array.isArray(setting) ? ["error", ...setting.slice(1)] : "error"]),
);

module.exports = {
  rules: {
    ...asErrors,

    // Set to what this project does.
    "compiler-version": ["error", "=0.8.37"], // the one that the artifacts are made with
    "max-line-length": ["error", 130], // as forge fmt has it (foundry.toml)
    "code-complexity": ["error", 9], // `anchor` has one refusal for each of its rules, side by side
    "func-visibility": ["error", { ignoreConstructors: true }], // constructors have had none since 0.7
    "immutable-vars-naming": ["error", { immutablesAsConstants: false }], // they are private like storage: `_consortium`
    "use-natspec": [
      "error",
      {
        // Names say what parameters and results are; what they must be stands under "Requirements" in @dev.
        title: { enabled: true },
        notice: { enabled: true },
        author: { enabled: false }, // a consortium's code has no author
        param: { enabled: false },
        return: { enabled: false },
      },
    ],

    // Off: not about these sources.
    "foundry-test-functions": "off", // deprecated, and about tests
    "foundry-test-function-naming": "off", // about tests

    // Off: the house does otherwise.
    "ordering": "off", // errors, events, storage, constructor, external, private: STYLE §4; slot 0 comes before immutables
    "comprehensive-interface": "off", // wants the word `override`, which 0.8.8 made needless: every external function has @inheritdoc
    "named-parameters-mapping": "off", // keys are named; a value's type says what it is
    "func-named-parameters": "off", // five values go in the order of the event, struct or function that takes them

    // Off: thought of, and meant. slither reports both too; slither.toml answers for the places one by one.
    "not-rely-on-time": "off", // thirty days of a proposal, and the time in a status word
    "avoid-low-level-calls": "off", // `execute` calls whatever the proposal names; that is its purpose

    // Off: cost is measured, not guessed (gas.json), and a few units are not worth a line that reads worse.
    "gas-increment-by-one": "off", // `found++` as an index says when it counts
    "gas-indexed-events": "off", // topics are for what is searched for, and the protocol fixes the ABI
    "gas-length-in-loops": "off", // of lists in memory, and of at most 64 operators
    "gas-named-return-values": "off", // names stand where the value does not say what it is
    "gas-strict-inequalities": "off", // the sign is the one that the rule is written with
    "gas-struct-packing": "off", // `Proposal` is never stored
  },
};
