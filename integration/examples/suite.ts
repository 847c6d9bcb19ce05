import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { expectEventually } from '../contract/eventually'
import { Command } from './command'
import { built, COMMAND_MS, Example } from './example'
import { settledOrders } from './order-lines'
import { brokenRows } from './sensor-lines'
import type { Target } from './targets'

const examples = ['orders-push', 'report-pull', 'rxjs-pipeline', 'tested-service-jest', 'nestjs']

/** The examples, each as its README has it, against one cluster. */
export function examplesSuite(start: () => Promise<Target>, startMs: number): void {
  let target: Target
  beforeAll(async () => {
    target = await start()
    for (const name of examples) await built(name)
  }, startMs + COMMAND_MS)
  afterAll(async () => {
    await Command.killAll()
    await target?.close()
  }, startMs)

  const test = (title: string, run: () => Promise<void>): void => it(title, run, 3 * COMMAND_MS)

  test('orders-push bills every order, asks a busy bank again and gives stolen cards up', async () => {
    const { code, output } = await new Example('orders-push', target.nameservers).run('npm start -- --once')
    const { billed, deadLetters } = settledOrders(output)
    expect({ code, output, billed: billed.size, deadLetters: deadLetters.size }).toEqual({
      code: 0,
      output: expect.stringMatching(/^billed 10, dead letters 2, charged 22500\nclosed, nothing was left$/m),
      billed: 10,
      deadLetters: 2
    })
    expect(output.match(/^again later /gm)).toHaveLength(2)
    expect(output.match(/^billed order-.* attempt 2$/gm)).toHaveLength(2)
  })

  test('orders-push ends in order on SIGTERM in the midst of its work, and the next one goes on', async () => {
    const example = new Example('orders-push', target.nameservers)
    const first = example.start('node dist/main.js')
    await first.printed(/^billing reads 4 queues$/m, COMMAND_MS)
    const [, health = ''] = await first.printed(/^health on (\S+)$/m, COMMAND_MS)
    expect((await fetch(health)).status).toBe(200)
    expect((await example.run('npm run shop -- 1000')).output).toContain('placed 1000 orders')
    await first.printed(/^billed order-/m, COMMAND_MS)
    first.signal('SIGTERM')
    const ended = await first.endedWithin(COMMAND_MS)
    expect(ended).toEqual({ code: 0, output: expect.stringContaining('closed, nothing was left') })

    const second = example.start('node dist/main.js')
    const before = settledOrders(ended.output)
    await second.printed(/^billing reads 4 queues$/m, COMMAND_MS)
    await expectEventually(() => {
      const missing = 1000 - before.count - settledOrders(second.output).count
      return missing > 0 ? `${missing} orders` : undefined
    }, COMMAND_MS)
    second.signal('SIGTERM')
    const after = settledOrders((await second.endedWithin(COMMAND_MS)).output)
    expect(new Set([...before.billed, ...after.billed]).size).toBe(834)
    expect(new Set([...before.deadLetters, ...after.deadLetters]).size).toBe(166)
  })

  test('report-pull sums a day up, in several runs that count nothing twice', async () => {
    const example = new Example('report-pull', target.nameservers)
    const folder = mkdtempSync(join(tmpdir(), 'rocketmq-ts-report-'))
    const more = `--folder ${folder}`
    try {
      expect((await example.run('npm run sales -- 900')).output).toContain('sold 900')
      const part = await example.run('npm start -- --day $(date -u +%F) --max-batches 5', { more })
      expect(part).toEqual({ code: 0, output: expect.stringContaining('5 batches, not complete: run it again to go on') })
      const whole = await example.run('npm start -- --day $(date -u +%F)', { more })
      expect(whole).toEqual({
        code: 0,
        output: expect.stringMatching(/^\S+: \d+ batches, complete\n(tea 300 750\.00\n|coffee 300 960\.00\n|cake 300 1230\.00\n){3}/m)
      })
      const yesterday = await example.run('npm start', { more: `-- ${more}` })
      expect(yesterday).toEqual({ code: 0, output: expect.stringMatching(/^\S+: \d batches, complete\n$/m) })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('rxjs-pipeline sums up every reading in the order of its sensor, and reads them once more', async () => {
    const example = new Example('rxjs-pipeline', target.nameservers)
    const { code, output } = await example.run('npm start -- --once')
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/^client open$[\s\S]+^summed up 392 readings$[\s\S]+^closed, nothing was left$/m)
    })
    for (const sensor of ['sensor-1', 'sensor-2', 'sensor-3', 'sensor-4']) expect(brokenRows(output, sensor)).toEqual([])
    const again = await example.run('npm run replay')
    expect(again).toEqual({ code: 0, output: expect.stringMatching(/^sensor-1 100 .*\nsensor-2 96 .*\nsensor-3 100 .*\nsensor-4 96 /m) })
  })

  test('rxjs-pipeline sends its last buffer on SIGTERM', async () => {
    const example = new Example('rxjs-pipeline', target.nameservers)
    const service = example.start('node dist/main.js')
    expect((await example.run('npm run sensors')).output).toContain('sent 400 readings')
    await service.printed(/^sensor-1 #1-/m, COMMAND_MS)
    service.signal('SIGTERM')
    const { code, output } = await service.endedWithin(COMMAND_MS)
    const counted = Number(/^summed up (\d+) readings$/m.exec(output)?.[1])
    expect({ code, output, isPlausible: counted > 0 && counted <= 392 }).toEqual({
      code: 0,
      output: expect.stringContaining('closed, nothing was left'),
      isPlausible: true
    })
    for (const sensor of ['sensor-1', 'sensor-3']) expect(brokenRows(output, sensor)).toEqual([])
  })

  test('tested-service-jest charges one order and refuses the other', async () => {
    const { code, output } = await new Example('tested-service-jest', target.nameservers).run('npm start')
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^order-\S+ paid\norder-\S+ refused\n$/m) })
  })

  test('nestjs takes an order over HTTP, bills it and ends', async () => {
    const { code, output } = await new Example('nestjs', target.nameservers).run('npm start -- --once')
    const [, orderId = '?'] = /^placed (order-\S+): 202$/m.exec(output) ?? []
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(`[Billing] billed ${orderId} 4200`) })
    expect(output).toMatch(new RegExp(`^found billed: .*${orderId}.*$[\\s\\S]+RocketMQModule. closed$`, 'm'))
  })

  test('nestjs closes its consumers and its client on SIGTERM', async () => {
    const service = new Example('nestjs', target.nameservers).start('node dist/src/main.js')
    const [, url = ''] = await service.printed(/^listening on (\S+)$/m, COMMAND_MS)
    await expectEventually(async () => ((await fetch(`${url}/health`)).status === 200 ? undefined : 'health 200'))
    service.signal('SIGTERM')
    expect((await service.endedWithin(COMMAND_MS)).output).toMatch(/RocketMQModule\] closed$/m)
  })
}
