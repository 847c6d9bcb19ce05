import { describe, expect, it } from '@jest/globals'
import { allowedCores, divideCores } from '../src/process/cpu-set'
import { cpuTicks, residentBytesIn, writeCallsIn } from '../src/process/usage'
import { type Machine, notRunReason } from '../src/requirements'
import { allRows, type Row } from '../src/rows'

const machine: Machine = { pinning: undefined, official: undefined, javaClient: undefined, javaVersion: 'openjdk 17' }

describe('what a process has used', () => {
  const after = 'S 1 2 3 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 11 0 777 1 2'

  it('is user and system time of its stat line', () => {
    expect(cpuTicks(`4242 (node) ${after}`)).toBe(300)
  })

  it('is found behind a program name with spaces and parentheses', () => {
    expect(cpuTicks(`4242 (a) b (c d) ${after}`)).toBe(300)
  })

  it('is an error when the line is something else', () => {
    expect(() => cpuTicks('nothing')).toThrow('no CPU time')
  })

  it('is its system calls that write, where they can be read', () => {
    expect(writeCallsIn('rchar: 1\nwchar: 22\nsyscr: 3\nsyscw: 44\nread_bytes: 5\n')).toBe(44)
    expect(writeCallsIn('')).toBeUndefined()
  })

  it('is its resident memory in bytes', () => {
    expect(residentBytesIn('Name:\tnode\nVmHWM:\t 9 kB\nVmRSS:\t   2048 kB\n')).toBe(2 * 2 ** 20)
    expect(residentBytesIn('Name:\tnode\nVmHWM:\t 9 kB\nVmRSS:\t   2048 kB\n', 'VmHWM')).toBe(9 * 1024)
    expect(() => residentBytesIn('Name: gone')).toThrow('VmRSS')
  })
})

describe('the cores', () => {
  it('are those that this process may use', () => {
    expect(allowedCores('Name:\tnode\nCpus_allowed_list:\t0-2,5,7-8\n')).toEqual([0, 1, 2, 5, 7, 8])
  })

  it('go one to the server, one to the client, and the rest to what is not measured', () => {
    expect(divideCores([2, 3, 4, 6])).toEqual({ server: { list: '2' }, client: { list: '3' }, others: { list: '4,6' } })
    expect(divideCores([0, 1])).toEqual({ server: { list: '0' }, client: { list: '1' }, others: { list: '1' } })
    expect(() => divideCores([0])).toThrow('two cores')
  })
})

describe('a row', () => {
  it('can be run where everything is there', () => {
    expect(allRows.map((row) => notRunReason(row, machine))).toEqual(allRows.map(() => undefined))
  })

  it('with the official broker or client is not run without the jars, and says so', () => {
    const without = { ...machine, official: 'no jars', javaClient: 'no jars' }
    const notRun = allRows.filter((row) => notRunReason(row, without) === 'no jars').map((row) => row.id)
    expect(notRun).toEqual(
      expect.arrayContaining(['ours-official', 'java-sync-ours', 'ali-ons-official', 'pull-java-ours', 'start-official'])
    )
    for (const id of [
      'echo',
      'ours-ours',
      'ali-ons-ours',
      'ours-disk',
      'ours-disk-sync',
      'pull-ours-ours',
      'start-ours',
      'start-ours-disk',
      'cluster'
    ])
      expect(notRun).not.toContain(id)
  })

  it('with the official client is not run without a compiler, but our client meets the official broker', () => {
    const without = { ...machine, javaClient: 'no javac' }
    expect(notRunReason(row('java-sync-ours'), without)).toBe('no javac')
    expect(notRunReason(row('ours-official'), without)).toBeUndefined()
  })

  it('is not run where nothing can be pinned, but for the test clusters', () => {
    const without = { ...machine, pinning: 'no taskset' }
    const run = allRows.filter((row) => notRunReason(row, without) === undefined)
    expect(run.map((row) => row.id)).toEqual(['cluster'])
  })
})

function row(id: string): Row {
  const found = allRows.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}
