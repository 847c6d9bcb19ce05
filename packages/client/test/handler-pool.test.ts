import { beforeEach, describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { HandlerPool, type HandlerPoolOptions, type HandlerTask } from '../src/consumer/handler-pool'

/** A message of so many bytes whose handler ends when the test says so. */
class Task implements HandlerTask {
  readonly bytes: number
  isRunning = false
  isUnwanted = false
  #finish: () => void = () => undefined

  constructor(bytes: number) {
    this.bytes = bytes
  }

  run(): Promise<void> {
    this.isRunning = true
    return new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  isWanted(): boolean {
    return !this.isUnwanted
  }

  settle(): undefined {
    this.isRunning = false
  }

  async finish(): Promise<void> {
    this.#finish()
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
}

describe('a pool of handlers', () => {
  let roomTold: number
  beforeEach(() => {
    roomTold = 0
  })

  const poolWith = (options: Partial<HandlerPoolOptions>): HandlerPool<Task> =>
    new HandlerPool<Task>({
      clock: new ManualClock({ seed: 1 }),
      concurrency: 10,
      maxRunningBytes: 1000,
      maxWaiting: 1000,
      maxWaitingBytes: 1_000_000,
      timeoutMs: 1000,
      onRoom: () => roomTold++,
      ...options
    })
  const tasks = (...bytes: readonly number[]): Task[] => bytes.map((one) => new Task(one))
  const running = (all: readonly Task[]): number[] => all.filter(({ isRunning }) => isRunning).map(({ bytes }) => bytes)

  it('starts no handler that would hold more bytes than allowed together with those that run', async () => {
    const pool = poolWith({})
    const all = tasks(400, 500, 101, 99)
    pool.add(all)
    expect(running(all)).toEqual([400, 500])
    await all[0]?.finish()
    expect(running(all)).toEqual([500, 101, 99])
    expect(pool.waiting).toEqual({ count: 0, bytes: 0 })
  })

  it('runs a message alone that is larger than what is allowed in all, and lets none overtake it', async () => {
    const pool = poolWith({})
    const all = tasks(100, 5000, 1, 1)
    pool.add(all)
    expect(running(all)).toEqual([100])
    expect(pool.waiting).toEqual({ count: 3, bytes: 5002 })
    await all[0]?.finish()
    expect(running(all)).toEqual([5000])
    await all[1]?.finish()
    expect(running(all)).toEqual([1, 1])
  })

  it('has no room when so many messages wait, and tells once when it has again', async () => {
    const pool = poolWith({ concurrency: 1, maxWaiting: 2 })
    const all = tasks(1, 1, 1, 1)
    pool.add(all.slice(0, 2))
    expect(pool.hasRoom()).toBe(true)
    pool.add(all.slice(2))
    expect(pool.hasRoom()).toBe(false)
    await all[0]?.finish()
    expect(roomTold).toBe(0)
    await all[1]?.finish()
    expect(roomTold).toBe(1)
    await all[2]?.finish()
    expect([roomTold, pool.hasRoom()]).toEqual([1, true])
  })

  it('tells those that were told "no" also when somebody else has asked since and was told "yes"', async () => {
    const inBetween: boolean[] = []
    class Asking extends Task {
      override run(): Promise<void> {
        inBetween.push(pool.hasRoom())
        return super.run()
      }
    }
    const pool = poolWith({ concurrency: 1, maxWaiting: 1 })
    const [first, second] = [new Asking(1), new Asking(1)]
    pool.add([first, second])
    expect(pool.hasRoom()).toBe(false)
    await first.finish()
    expect([inBetween, roomTold]).toEqual([[false, true], 1])
  })

  it('has no room when so many bytes wait', async () => {
    const pool = poolWith({ concurrency: 1, maxWaitingBytes: 200 })
    const all = tasks(1, 150, 60)
    pool.add(all)
    expect(pool.hasRoom()).toBe(false)
    await all[0]?.finish()
    expect([roomTold, pool.hasRoom()]).toEqual([1, true])
  })

  it('forgets what waits and is not wanted any more, and goes on with what was behind it', () => {
    const pool = poolWith({})
    const [first, large, small] = tasks(900, 800, 50) as [Task, Task, Task]
    pool.add([first, large, small])
    large.isUnwanted = true
    pool.abort((task) => task.isUnwanted, new Error('lost'))
    expect(running([first, large, small])).toEqual([900, 50])
    expect(pool.waiting).toEqual({ count: 0, bytes: 0 })
  })
})
