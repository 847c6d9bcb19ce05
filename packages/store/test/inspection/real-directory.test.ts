import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type FileAccess, nodeStoreFiles, openInspection, type StoreFiles } from '../../src'
import { SampleStore } from './sample-store'

const SIZES = { indexSlots: 16, indexEntries: 64 }

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'inspection-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Every file with its bytes and the time of its last change. */
function snapshot(): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((path) => [path, `${statSync(path).mtimeMs} ${readFileSync(path).toString('base64')}`]))
}

describe('the inspection of a store on a real disk', () => {
  it('sees a store that is open and one that is closed, opens files to read only, and changes nothing', async () => {
    const sample = new SampleStore(SIZES, nodeStoreFiles, directory)
    for (let index = 0; index < 40; index++) {
      await sample.send({ queueId: index % 3, body: Buffer.alloc(500, index), properties: { KEYS: `k${index}` } })
    }
    const accesses = new Set<FileAccess>()
    const files: StoreFiles = {
      ...nodeStoreFiles,
      open: (path, access) => {
        accesses.add(access)
        return nodeStoreFiles.open(path, access)
      }
    }
    const inspection = openInspection({ directory, files })
    const look = async () => {
      const { isSound, records } = await inspection.verify()
      const found = (await inspection.find({ key: 'k23' })).records.map(({ queueId, queueOffset }) => [queueId, queueOffset])
      expect({ isSound, records, found }).toEqual({ isSound: true, records: 40, found: [[2, 7]] })
    }
    expect(inspection.files()).toMatchObject({ isOpen: true, owner: { pid: process.pid, isRunning: true } })
    await look()
    await sample.close()
    const before = snapshot()
    expect(inspection.files()).toMatchObject({ isOpen: false, isLeftInOrder: true, owner: undefined })
    await look()
    expect(snapshot()).toEqual(before)
    expect([...accesses]).toEqual(['read'])
  })
})
