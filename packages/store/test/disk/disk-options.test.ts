import { describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { DiskMessageStore, type DiskMessageStoreOptions, SimulatedStoreFiles } from '../../src'

const made = (options: object): DiskMessageStore =>
  new DiskMessageStore({
    directory: '/store',
    files: new SimulatedStoreFiles(),
    clock: new ManualClock(),
    ...options
  } as DiskMessageStoreOptions)

describe('an option of a store on disk', () => {
  it.each([
    ['flushIntervalsMs', 1],
    ['directory', ''],
    ['directory', 1],
    ['flush', 'async'],
    ['flushIntervalMs', 0],
    ['syncFlushTimeoutMs', Number.NaN],
    ['commitLogFileBytes', 1023],
    ['consumeQueueFileEntries', 1.5],
    ['indexEntries', 1],
    ['maxOpenFiles', -1],
    ['refuseAboveDiskUse', 1.01],
    ['deleteAboveDiskUse', 0],
    ['deleteWhen', ''],
    ['deleteWhen', '24'],
    ['deleteWhen', '4;'],
    ['deleteWhen', '04,16']
  ])('that cannot be is refused by its name: %s %j', (option, value) => {
    expect(() => made({ [option]: value })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', facts: { option } }))
  })

  it.each([
    ['deleteWhen', '4'],
    ['deleteWhen', '00;9;23'],
    ['flush', undefined],
    ['refuseAboveDiskUse', 1]
  ])('that can be is taken: %s %j', (option, value) => {
    expect(() => made({ [option]: value })).not.toThrow()
  })
})
