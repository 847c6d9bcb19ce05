import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { pagesIn, root, samplesOf } from './samples'

const guides = pagesIn('docs/guides')
const inChinese = (page: string): string => page.replace('docs/guides/', 'docs/guides/zh/')
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

const pages = [
  ...['.', 'docs', 'docs/guides', 'docs/guides/zh', 'docs/decisions', 'protocol', 'benchmarks', 'examples'].flatMap(pagesIn),
  ...['packages', 'examples'].flatMap(foldersIn).flatMap(pagesIn)
]

describe('the pages of the documentation', () => {
  it.each(pages)('%s links to what there is', (page) => {
    expect(linksIn(read(page)).filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })
})

describe('the guides in Chinese', () => {
  it('are there for every guide', () => {
    expect(guides.length).toBeGreaterThan(5)
    expect(pagesIn('docs/guides/zh').filter((page) => !page.endsWith('README.md'))).toEqual(guides.map(inChinese))
  })

  it.each(guides)('%s and its translation link to one another at the top', (page) => {
    const name = page.replace('docs/guides/', '')
    expect(read(page).split('\n')[2]).toBe(`[中文](zh/${name})`)
    expect(read(inChinese(page)).split('\n')[2]).toBe(`[English](../${name})`)
  })

  it.each(guides)('%s: the translation has the same sections and the same programs', (page) => {
    expect(outlineOf(inChinese(page))).toEqual(outlineOf(page))
    expect(programsOf(inChinese(page))).toEqual(programsOf(page))
  })
})

function foldersIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`)
}

/** Targets of relative links, without the place inside a page. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link.replace(/#.*/, '')).filter((link) => /^[^:]+$/.test(link))
}

/** Depths of the headings. */
function outlineOf(page: string): string[] {
  return read(page)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .match(/^#+(?= )/gm) as string[]
}

/** Samples without what is meant for people: comments and names of tests. */
function programsOf(page: string): string[] {
  return samplesOf(page).map(({ code }) => code.replaceAll(/ *\/\/ .*| *\/\*\*.*\*\//g, '').replaceAll(/test\('[^']*'/g, 'test('))
}
