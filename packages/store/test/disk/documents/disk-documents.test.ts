import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { DiskDocuments } from '../../../src/disk/documents/disk-documents'
import { FileError } from '../../../src/files/file-error'
import { nodeStoreFiles } from '../../../src/files/node-store-files'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import type { StoreFiles } from '../../../src/files/store-files'
import type { StoreError } from '../../../src/store-error'

const OFFSETS = '{\n\t"offsetTable":{\n\t\t"orders@billing":{\n\t\t\t0:5,\n\t\t\t1:6\n\t\t}\n\t}\n}'

let directory = ''
let warnings: string[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'documents-'))
  warnings = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const quiet = { debug: () => {}, info: () => {}, error: () => {}, warn: (message: string) => void warnings.push(message) }
const open = (files: StoreFiles = nodeStoreFiles) => new DiskDocuments({ directory, files, logger: quiet })
const pathOf = (name: string) => join(directory, 'config', name)
const onDisk = (name: string) => (existsSync(pathOf(name)) ? readFileSync(pathOf(name), 'utf8') : undefined)

function put(name: string, content: string | Buffer): void {
  mkdirSync(join(directory, 'config'), { recursive: true })
  writeFileSync(pathOf(name), content)
}

function refusalOf(work: () => unknown): StoreError {
  try {
    work()
  } catch (error) {
    return error as StoreError
  }
  throw new Error('nothing was thrown')
}

describe('a document on disk', () => {
  it('is undefined, and nothing is made, before it was written', () => {
    expect(open().read('topics.json')).toBeUndefined()
    expect(readdirSync(directory)).toEqual([])
  })

  it('is a file of its name with its very text, and the text before it is in its .bak', async () => {
    const documents = open()
    await documents.write('topics.json', '{"标签":"🚀"}')
    expect(readdirSync(join(directory, 'config'))).toEqual(['topics.json'])
    await documents.write('topics.json', '{"b":2}')
    expect(readdirSync(join(directory, 'config'))).toEqual(['topics.json', 'topics.json.bak'])
    expect(onDisk('topics.json')).toBe('{"b":2}')
    expect(onDisk('topics.json.bak')).toBe('{"标签":"🚀"}')
    expect(open().read('topics.json')).toBe('{"b":2}')
  })

  it('shorter than the one before leaves nothing of it', async () => {
    const documents = open()
    for (const text of ['{"a":"long long long"}', '{"a":1}', '{}']) await documents.write('topics.json', text)
    expect(onDisk('topics.json')).toBe('{}')
    expect(onDisk('topics.json.bak')).toBe('{"a":1}')
  })

  it('of official brokers, with bare numbers as names, is read', () => {
    put('consumerOffset.json', OFFSETS)
    expect(open().read('consumerOffset.json')).toBe(OFFSETS)
    expect(warnings).toEqual([])
  })

  it('that is no JSON by its name is any UTF-8 text', async () => {
    await open().write('broker.properties', 'brokerName=broker-a\n')
    expect(open().read('broker.properties')).toBe('brokerName=broker-a\n')
  })

  it('keeps the order of its writes, and waits for all of them', async () => {
    const documents = open()
    const texts = Array.from({ length: 20 }, (_, count) => `{"count":${count}}`)
    const ended: string[] = []
    const writes = texts.flatMap((text) => [
      documents.write('topics.json', text).then(() => ended.push(text)),
      documents.write('delayOffset.json', text)
    ])
    await documents.settled()
    await Promise.all(writes)
    expect(ended).toEqual(texts)
    for (const name of ['topics.json', 'delayOffset.json']) expect(open().read(name)).toBe('{"count":19}')
    expect(onDisk('topics.json.bak')).toBe('{"count":18}')
  })

  it('may be emptied, and is empty then', async () => {
    const documents = open()
    for (const text of ['{"a":1}', '{"a":2}', '']) await documents.write('topics.json', text)
    expect(open().read('topics.json')).toBe('')
    await documents.write('topics.json', '{"a":3}')
    expect(open().read('topics.json')).toBe('{"a":3}')
  })

  it('leaves all other files as they are', async () => {
    const others = ['topicQueueMapping.json', 'consumerFilter.json', 'consumerOrderInfo.json', 'timercheck', 'something.else']
    for (const name of others) put(name, Buffer.from([0, 255, 1]))
    await open().write('topics.json', '{}')
    for (const name of others) expect(readFileSync(pathOf(name))).toEqual(Buffer.from([0, 255, 1]))
  })

  it.each(['topics.json.bak', 'topics.json.tmp', 'topics.json.broken', '../topics.json', '.topics.json', 'a/b', ''])(
    'is never called %j',
    async (name) => {
      expect(refusalOf(() => open().read(name)).code).toBe('DOCUMENT_NAME_ILLEGAL')
      await expect(open().write(name, '{}')).rejects.toMatchObject({ code: 'DOCUMENT_NAME_ILLEGAL' })
    }
  )
})

const BROKEN = [
  ['empty', ''],
  ['blank', ' \n'],
  ['cut short', '{"a":'],
  ['full of zeros, as after a power cut', Buffer.alloc(64)],
  ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['two documents', '{}{}']
] as const

describe.each(BROKEN)('a file that is %s', (_, content) => {
  it('is passed over for its .bak, which is told, and stays where it is', () => {
    put('topics.json', content)
    put('topics.json.bak', '{"a":1}')
    expect(open().read('topics.json')).toBe('{"a":1}')
    expect(warnings).toHaveLength(1)
    expect(readFileSync(pathOf('topics.json'))).toEqual(Buffer.from(content))
  })

  it('never becomes the .bak of a new text', async () => {
    put('topics.json', content)
    put('topics.json.bak', '{"a":1}')
    await open().write('topics.json', '{"a":2}')
    expect(onDisk('topics.json')).toBe('{"a":2}')
    expect(onDisk('topics.json.bak')).toBe('{"a":1}')
  })

  it('together with a .bak that is no better is a refusal that names both', () => {
    put('topics.json', content)
    put('topics.json.bak', content)
    const refusal = refusalOf(() => open().read('topics.json'))
    expect(refusal.code).toBe('DOCUMENT_UNREADABLE')
    expect(refusal.facts['files']).toEqual([`${directory}/config/topics.json`, `${directory}/config/topics.json.bak`])
    expect(refusal.message).toContain(`${directory}/config/topics.json `)
    expect(refusal.message).toContain(`${directory}/config/topics.json.bak `)
  })
})

describe('after a crash', () => {
  it('between two renames only the .bak is there, and is read without a word', () => {
    put('topics.json.bak', '{"a":1}')
    put('topics.json.tmp', '{"a":2')
    expect(open().read('topics.json')).toBe('{"a":1}')
    expect(warnings).toEqual([])
  })

  it('and with only the .bak there, a new text keeps it', async () => {
    put('topics.json.bak', '{"a":1}')
    put('topics.json.tmp', '{"a":2, and much that was never ended')
    await open().write('topics.json', '{"a":3}')
    expect(onDisk('topics.json')).toBe('{"a":3}')
    expect(onDisk('topics.json.bak')).toBe('{"a":1}')
    expect(onDisk('topics.json.tmp')).toBeUndefined()
  })

  it('in the very first write an official broker leaves an empty file, which is no loss', () => {
    put('topics.json', '')
    expect(open().read('topics.json')).toBe('')
  })

  it('a broken file without any .bak is a refusal', () => {
    put('topics.json', '{"a":')
    expect(refusalOf(() => open().read('topics.json')).code).toBe('DOCUMENT_UNREADABLE')
  })

  it('a broken file that a new text replaces is kept beside it', async () => {
    put('topics.json', '{"a":')
    await open().write('topics.json', '{"a":2}')
    expect(onDisk('topics.json.broken')).toBe('{"a":')
    expect(open().read('topics.json')).toBe('{"a":2}')
  })
})

/** Files whose disk is full from the first byte written on. */
function fullDisk(reason = 'ENOSPC'): StoreFiles {
  return {
    ...nodeStoreFiles,
    open(path, access) {
      const file = nodeStoreFiles.open(path, access)
      return Object.create(file, {
        path: { value: path },
        size: { value: () => file.size() },
        readNow: { value: (target: Uint8Array, position: number) => file.readNow(target, position) },
        write: { value: () => Promise.reject(new FileError('write', path, reason)) },
        close: { value: () => file.close() }
      })
    }
  }
}

describe('a disk that is full', () => {
  it('fails the write with its reason, keeps the text and leaves nothing behind', async () => {
    await open().write('topics.json', '{"a":1}')
    const documents = open(fullDisk())
    await expect(documents.write('topics.json', '{"a":2}')).rejects.toMatchObject({ code: 'FILE_FAILED', reason: 'ENOSPC' })
    expect(documents.read('topics.json')).toBe('{"a":1}')
    expect(readdirSync(join(directory, 'config'))).toEqual(['topics.json'])
  })

  it('does not fail the writes after it once there is space', async () => {
    const full = { ...fullDisk() }
    const documents = open(full)
    const failed = documents.write('topics.json', '{"a":1}')
    await expect(failed).rejects.toBeInstanceOf(FileError)
    full.open = nodeStoreFiles.open
    await documents.write('topics.json', '{"a":2}')
    expect(open().read('topics.json')).toBe('{"a":2}')
  })
})

describe('of all that can happen to a write', () => {
  const simulated = async () => {
    const files = new SimulatedStoreFiles()
    const documents = (on: StoreFiles) => new DiskDocuments({ directory: '/data/store', files: on, logger: quiet })
    await documents(files).write('topics.json', '{"text":"first"}')
    await documents(files).write('topics.json', '{"text":"old"}')
    return { files, documents }
  }

  it('a failure of any operation rejects it and leaves the old text or the new one, and the next write succeeds', async () => {
    let failures = 0
    for (let n = 1; ; n++) {
      const { files, documents } = await simulated()
      const own = documents(files)
      const failure = files.failAt(n, 'EIO')
      const outcome = await own.write('topics.json', '{"text":"new"}').catch((error: FileError) => error)
      if (failure.failed.length === 0) break
      failures++
      const isCheckOfTheOld = failure.failed[0]?.path === '/data/store/config/topics.json'
      if (!isCheckOfTheOld || failure.failed[0]?.name === 'rename') expect(outcome).toMatchObject({ reason: 'EIO' })
      for (const reader of [own, documents(files.afterKill())]) {
        expect(['{"text":"old"}', '{"text":"new"}']).toContain(reader.read('topics.json'))
      }
      await own.write('topics.json', '{"text":"newer"}')
      expect(documents(files.afterPowerCut('none')).read('topics.json')).toBe('{"text":"newer"}')
    }
    expect(failures).toBeGreaterThan(6)
  })

  it('a crash before any operation leaves the old text, whatever the disk had kept for itself; one after the end the new text', async () => {
    const { files, documents } = await simulated()
    const crashed: SimulatedStoreFiles[] = []
    const stop = files.watch(() => {
      crashed.push(files.afterKill(), files.afterPowerCut('none'), files.afterPowerCut('all'))
      for (let seed = 0; seed < 20; seed++) crashed.push(files.afterPowerCut({ seed }))
    })
    await documents(files).write('topics.json', '{"text":"new"}')
    stop()
    for (const after of crashed) expect(['{"text":"old"}', '{"text":"new"}']).toContain(documents(after).read('topics.json'))
    for (let seed = 0; seed < 20; seed++) {
      expect(documents(files.afterPowerCut({ seed })).read('topics.json')).toBe('{"text":"new"}')
    }
  })

  it('a very first one that crashed leaves no text or all of it', async () => {
    const files = new SimulatedStoreFiles()
    const crashed: SimulatedStoreFiles[] = []
    const stop = files.watch(() => {
      for (let seed = 0; seed < 20; seed++) crashed.push(files.afterPowerCut({ seed }))
    })
    const documents = (on: StoreFiles) => new DiskDocuments({ directory: '/data/store', files: on, logger: quiet })
    await documents(files).write('topics.json', '{"text":"new"}')
    stop()
    for (const after of crashed) expect([undefined, '{"text":"new"}']).toContain(documents(after).read('topics.json'))
    expect(documents(files.afterPowerCut('none')).read('topics.json')).toBe('{"text":"new"}')
  })
})
