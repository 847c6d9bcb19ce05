#!/usr/bin/env node
/**
 * Prints what the rows say as one JSON object, inheritance resolved: for the recorder, and for tests that hold the rows against the jars.
 *
 *   node protocol/print.mjs [--release 4.9.7]     only what that release has
 */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readProtocol } from './generator/read.mjs'
import { hasRelease, isBefore } from './generator/releases.mjs'

const { values: options } = parseArgs({ options: { release: { type: 'string' } } })
const protocol = readProtocol(dirname(fileURLToPath(import.meta.url)))
const claimed = (one) => options.release === undefined || hasRelease(one, options.release)

console.log(
  JSON.stringify({
    requests: protocol.requests.filter(claimed),
    responseCodes: protocol.responseCodes.codes.filter(claimed),
    headers: members(protocol.headers, 'fields'),
    bodies: members(protocol.bodies, 'members'),
    enums: Object.fromEntries([...protocol.enums].filter(([, one]) => claimed(one))),
    offTheWire: protocol.offTheWire
  })
)

function members(all, part) {
  const kept = [...all].filter(([, one]) => claimed(one))
  return Object.fromEntries(kept.map(([name, { all: every, ...one }]) => [name, { ...one, ...named(one), [part]: every.filter(claimed) }]))
}

/** The class was called otherwise before 5.0.0. */
function named({ before }) {
  return before !== undefined && options.release !== undefined && isBefore(options.release, '5.0.0') ? { class: before } : {}
}
