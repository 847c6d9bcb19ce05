import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ManualClock } from 'net-ts-protocol-kit'
import { runs } from '../../../../../test/random-runs'
import type { DiskConsumeQueue } from '../../../src/disk/consume-queue/disk-consume-queue'
import { DiskConsumeQueues } from '../../../src/disk/consume-queue/disk-consume-queues'
import { resolveDiskOptions } from '../../../src/disk/disk-options'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { expectAgreement, QueueModel } from './queue-model'

type Step =
  | { readonly kind: 'stage'; readonly queue: number; readonly count: number; readonly tagsCode: number }
  | { readonly kind: 'commit'; readonly queue: number; readonly count: number }
  | { readonly kind: 'fillGap' | 'startAt'; readonly queue: number; readonly count: number }
  | { readonly kind: 'put'; readonly queue: number; readonly at: number; readonly size: number; readonly tagsCode: number }
  | { readonly kind: 'dropBefore' | 'cutAt'; readonly share: number }
  | { readonly kind: 'rollBack' | 'flush' | 'sync' | 'fullDisk' | 'reload' | 'trim' }

const queue = fc.nat(1)
const tagsCode = fc.oneof(fc.integer(), fc.constant(1_790_000_000_000), fc.constant(-2_147_483_650), fc.constant(-(2 ** 62)))
const share = fc.double({ min: 0, max: 1, noNaN: true })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('stage' as const), queue, count: fc.integer({ min: 1, max: 90 }), tagsCode }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const), queue, count: fc.integer({ min: 1, max: 120 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('flush' as const, 'sync' as const, 'trim' as const, 'fullDisk' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('rollBack' as const, 'reload' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dropBefore' as const), share: fc.double({ min: 0, max: 0.7, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cutAt' as const), share }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), queue, at: fc.nat(400), size: fc.integer({ min: 1, max: 99 }), tagsCode })
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fillGap' as const), queue, count: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('startAt' as const), queue, count: fc.nat(130) }) }
)

const FILE_ENTRIES = 50

/** A store's queues beside their models. */
class Story {
  readonly models = [new QueueModel('orders', 0), new QueueModel('orders', 7)]
  readonly #files = new SimulatedStoreFiles()
  readonly #options = resolveDiskOptions({
    directory: '/store',
    files: this.#files,
    clock: new ManualClock(),
    consumeQueueFileEntries: FILE_ENTRIES
  })
  #queues = DiskConsumeQueues.load(this.#options)
  #logEnd = 0
  #logStart = 0

  constructor(shortWrites: number) {
    this.#files.shortenWrites(shortWrites)
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'stage') this.#stage(step)
    else if (step.kind === 'commit') this.#commit(step)
    else if (step.kind === 'put') this.#put(step)
    else if (step.kind === 'fillGap' || step.kind === 'startAt') this.#skip(step)
    else if (step.kind === 'dropBefore' || step.kind === 'cutAt') await this.#forget(step)
    else if (step.kind === 'rollBack') for (const model of this.models) this.#rollBack(model)
    else if (step.kind === 'reload') await this.#reload()
    else if (step.kind === 'fullDisk') await this.#flushToFullDisk()
    else await this.#flush(step.kind === 'sync')
  }

  async expectAgreement(): Promise<void> {
    for (const model of this.models) await expectAgreement(model, this.#queue(model))
  }

  #queue({ topic, queueId }: QueueModel): DiskConsumeQueue {
    return this.#queues.obtain(topic, queueId)
  }

  #model(index: number): QueueModel {
    return this.models[index] as QueueModel
  }

  #nextRecord(size: number): number {
    const physicalOffset = this.#logEnd
    this.#logEnd += size
    return physicalOffset
  }

  #stage({ queue, count, tagsCode }: Extract<Step, { kind: 'stage' }>): void {
    const model = this.#model(queue)
    for (let i = 0; i < count; i++) {
      const size = 100 + (i % 7)
      const entry = { physicalOffset: this.#nextRecord(size), size, tagsCode: tagsCode + i }
      model.entries.push(entry)
      this.#queue(model).stage(entry.physicalOffset, entry.size, entry.tagsCode)
    }
  }

  #commit({ queue, count }: { readonly queue: number; readonly count: number }): void {
    const model = this.#model(queue)
    const upTo = model.committed + count
    model.commit(upTo)
    this.#queue(model).commit(upTo)
  }

  #put({ queue, at, size, tagsCode }: Extract<Step, { kind: 'put' }>): void {
    const model = this.#model(queue)
    const offset = Math.min(model.min + at, model.committed + 1)
    const known = model.entries[offset]
    const physicalOffset = offset < model.committed ? known?.physicalOffset : this.#nextRecord(size)
    // A record that was lost lies somewhere between the others: nothing to say about where.
    if (physicalOffset === undefined) return
    const entry = { physicalOffset, size, tagsCode }
    expect(this.#queue(model).put(offset, physicalOffset, size, tagsCode)).toBe(this.#outcome(model, offset, entry))
    expect(this.#queue(model).put(offset, physicalOffset, size, tagsCode)).toBe(offset < model.committed ? 'same' : 'gap')
  }

  #outcome(model: QueueModel, offset: number, entry: NonNullable<QueueModel['entries'][number]>): string {
    const known = model.entries[offset]
    if (offset > model.committed || (offset === model.committed && model.entries.length > offset)) return 'gap'
    model.entries[offset] = entry
    model.commit(Math.max(model.committed, offset + 1))
    if (known === undefined) return 'added'
    return known.size === entry.size && known.tagsCode === entry.tagsCode ? 'same' : 'corrected'
  }

  #skip({ kind, queue, count }: { readonly kind: 'fillGap' | 'startAt'; readonly queue: number; readonly count: number }): void {
    const model = this.#model(queue)
    this.#rollBack(model)
    if (kind === 'fillGap') {
      model.fillGap(count)
      this.#queue(model).fillGap(model.entries.length)
    } else if (model.min === model.committed) {
      if (model.min !== count) model.startAt(count)
      this.#queue(model).startAt(count)
    }
  }

  async #forget({ kind, share }: { readonly kind: 'dropBefore' | 'cutAt'; readonly share: number }): Promise<void> {
    const physicalOffset = Math.floor(this.#logStart + (this.#logEnd - this.#logStart) * share)
    for (const model of this.models) this.#rollBack(model)
    await this.#queues[kind](physicalOffset)
    for (const model of this.models) model[kind](physicalOffset)
    if (kind === 'dropBefore') this.#logStart = physicalOffset
  }

  #rollBack(model: QueueModel): void {
    model.rollBack()
    this.#queue(model).rollBack()
  }

  async #flush(sync: boolean): Promise<void> {
    await this.#queues.flush({ sync })
    for (const model of this.models) model.flushed()
    expect(this.#queues.pendingBytes).toBe(0)
  }

  async #flushToFullDisk(): Promise<void> {
    const pending = this.#queues.pendingBytes
    let writes = 0
    const failure = this.#files.failWhere(({ name }) => (name === 'write' && ++writes > 1 ? 'ENOSPC' : undefined))
    const failed = await this.#queues.flush({ sync: false }).then(
      () => undefined,
      (error: unknown) => error
    )
    failure.cancel()
    if (failure.failed.length > 0) expect(failed).toMatchObject({ code: 'FILE_FAILED', reason: 'ENOSPC' })
    if (pending > 0 && failed === undefined) expect(this.#queues.pendingBytes).toBe(0)
    await this.expectAgreement()
    await this.#flush(false)
  }

  async #reload(): Promise<void> {
    for (const model of this.models) this.#rollBack(model)
    await this.#flush(true)
    await this.#queues.close()
    expect(this.#files.openPaths).toEqual([])
    this.#queues = DiskConsumeQueues.load(this.#options)
    expect(this.#queues.problems).toEqual([])
    for (const model of this.models) if (!model.hasFiles) model.startAt(0)
    await this.#queues.dropBefore(this.#logStart)
    for (const model of this.models) model.dropBefore(this.#logStart)
  }
}

test('queues agree with plain arrays, whatever is done to them in whatever order', async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 40 })
  const property = fc.asyncProperty(steps, fc.nat(), async (taken, shortWrites) => {
    const story = new Story(shortWrites)
    for (const each of taken) {
      await story.take(each)
      await story.expectAgreement()
    }
  })
  await fc.assert(property, runs(300))
})
