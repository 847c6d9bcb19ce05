import type { Measured } from '../measure/measured'
import type { Results } from '../measure/results'
import { sendRows } from '../rows'
import { figure } from './format'

/** One bar of a group. */
interface Bar {
  readonly value: number
  readonly kind: 'a' | 'b'
}

interface Group {
  readonly label: string
  readonly bars: readonly Bar[]
}

interface Panel {
  readonly title: string
  readonly keys: { readonly a: string; readonly b: string }
  readonly axis: string
  readonly groups: readonly Group[]
}

const WIDTH = 860
const LEFT = 280
const RIGHT = 90
const BAR = 12
const GROUP_GAP = 12
const PANEL_TOP = 62
const PANEL_BOTTOM = 46

/** Messages per second and CPU per message of the sends of 1 KiB, as an SVG that is readable on light and dark pages. */
export function chart(results: Results): string {
  const panels = [ratePanel(results), cpuPanel(results)].filter((panel) => panel.groups.length > 0)
  let top = 0
  const drawn = panels.map((panel) => {
    const svg = drawPanel(panel, top)
    top += heightOf(panel)
    return svg
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>Sends of 1 KiB: messages per second, and CPU per message</title>
<style>
.page { fill: #ffffff } text { fill: #1f2328 } .line { stroke: #d0d7de } .a { fill: #9ec5e8 } .b { fill: #1f6feb }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .line { stroke: #30363d } .a { fill: #3b5f86 } .b { fill: #58a6ff } }
</style>
<rect class="page" width="${WIDTH}" height="${top}"/>
${drawn.join('\n')}
</svg>
`
}

function ratePanel(results: Results): Panel {
  const at = (cell: string) => (row: string) => results.figure(row, cell, (one) => one.perSecond)
  return {
    title: 'Sends of 1 KiB per second, one core for each side',
    keys: { a: '64 in flight', b: '256 in flight' },
    axis: 'thousand messages per second, logarithmic',
    groups: groupsOf((row) => [scaled(at('1024x64')(row)), scaled(at('1024x256')(row))])
  }
}

function cpuPanel(results: Results): Panel {
  const of = (row: string, what: (one: Measured) => number) => results.figure(row, '1024x256', what)
  return {
    title: 'CPU per send of 1 KiB, 256 in flight',
    keys: { a: 'client', b: 'broker' },
    axis: 'microseconds of CPU per message, logarithmic',
    groups: groupsOf((row) => [of(row, (one) => one.clientCpu), of(row, (one) => one.serverCpu)])
  }
}

function groupsOf(values: (row: string) => readonly [number | undefined, number | undefined]): Group[] {
  return sendRows.flatMap((row) => {
    const [a, b] = values(row.id)
    const bars = [bar('a', a), bar('b', b)].filter((one) => one !== undefined)
    return bars.length === 0 ? [] : [{ label: row.title, bars }]
  })
}

function bar(kind: Bar['kind'], value: number | undefined): Bar | undefined {
  return value === undefined || !(value > 0) ? undefined : { kind, value }
}

function scaled(perSecond: number | undefined): number | undefined {
  return perSecond === undefined ? undefined : perSecond / 1000
}

function drawPanel(panel: Panel, top: number): string {
  const scale = scaleOf(panel.groups.flatMap((group) => group.bars.map((one) => one.value)))
  const bottom = top + heightOf(panel) - PANEL_BOTTOM
  const ticks = scale.ticks.map(
    (tick) =>
      `<line class="line" x1="${scale.x(tick)}" x2="${scale.x(tick)}" y1="${top + PANEL_TOP - 6}" y2="${bottom}"/>` +
      `<text x="${scale.x(tick)}" y="${bottom + 16}" text-anchor="middle">${label(tick)}</text>`
  )
  let y = top + PANEL_TOP
  const groups = panel.groups.map((group) => {
    const svg = drawGroup(group, y, scale.x)
    y += heightOfGroup(group)
    return svg
  })
  return [
    `<text x="16" y="${top + 24}" font-size="15" font-weight="600">${escaped(panel.title)}</text>`,
    key('a', panel.keys.a, LEFT, top + 44),
    key('b', panel.keys.b, LEFT + 140, top + 44),
    ...ticks,
    ...groups,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${bottom + 34}" text-anchor="middle">${escaped(panel.axis)}</text>`
  ].join('\n')
}

function drawGroup({ label: name, bars }: Group, top: number, x: (value: number) => number): string {
  const text = `<text x="${LEFT - 10}" y="${top + (bars.length * BAR) / 2 + 4}" text-anchor="end">${escaped(name)}</text>`
  const drawn = bars.map(({ kind, value }, at) => {
    const y = top + at * BAR
    const width = Math.max(1, x(value) - LEFT)
    return (
      `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 2}"/>` +
      `<text x="${(LEFT + width + 5).toFixed(1)}" y="${y + BAR - 2}" font-size="10">${label(value)}</text>`
    )
  })
  return [text, ...drawn].join('\n')
}

/** Logarithmic, from the power of ten at or below the smallest value to that above the largest: an echo and a JVM are far apart. */
function scaleOf(values: readonly number[]): { readonly ticks: readonly number[]; x(value: number): number } {
  const low = Math.floor(Math.log10(Math.min(...values)) - 1e-9)
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const perPower = (WIDTH - LEFT - RIGHT) / (high - low)
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, power) => 10 ** (low + power)),
    x: (value) => LEFT + (Math.log10(value) - low) * perPower
  }
}

function key(kind: Bar['kind'], text: string, x: number, y: number): string {
  return `<rect class="${kind}" x="${x}" y="${y - 9}" width="10" height="10"/><text x="${x + 15}" y="${y}">${escaped(text)}</text>`
}

function heightOf({ groups }: Panel): number {
  return PANEL_TOP + PANEL_BOTTOM + groups.reduce((sum, group) => sum + heightOfGroup(group), 0)
}

function heightOfGroup({ bars }: Group): number {
  return bars.length * BAR + GROUP_GAP
}

function label(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(figure(value)))
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
