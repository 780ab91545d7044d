#!/usr/bin/env node
// Makes npm's solc (WebAssembly) look like the native compiler to forge, slither and py-solc-x: --version and --standard-json.
// Besides, --stream: one standard-json request a line, one answer a line, for who compiles hundreds of times (a start costs a second).
// Reason: the compiler comes with `npm ci --prefix scripts` from the package registry, with its checksum in package-lock.json, and works offline.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const solc = createRequire(import.meta.url)("solc");
process.removeAllListeners("uncaughtException"); // soljson installs one that hides the stack

/** Writes all of it: a pipe takes 64 KiB at a time. */
function print(text) {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

const args = process.argv.slice(2);
if (args.includes("--version")) {
  // forge parses the platform; the build is the same compiler.
  print(`solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace(".Emscripten.clang", ".Linux.g++")}\n`);
} else if (args.includes("--standard-json")) {
  print(solc.compile(readFileSync(0, "utf8")));
} else if (args.includes("--stream")) {
  for await (const request of createInterface({ input: process.stdin })) print(`${solc.compile(request)}\n`);
} else {
  process.stderr.write("solc_shim: only --version, --standard-json and --stream\n");
  process.exitCode = 2;
}
