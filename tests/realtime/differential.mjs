// Differential test: random valid sequences of what clients do, sent to two servers; the answers must be the same.
//
//   node differential.mjs [--seed 1] [--sequences 200] [--steps 25] [--against "<command>"] [--only <n>] [--trace]
//
// --against is the server under test (default REALTIME_ECHO), compared with the npm server. The seed is printed; with it
// and --only a failing sequence is repeated alone.
import {parseArgs} from 'node:util';
import {pathToFileURL} from 'node:url';
import {Random} from './random.mjs';
import {Sequence} from './sequence.mjs';
import {oracleCommand, startServer} from './server.mjs';

// Resolves with the number of sequences; throws at the first difference.
export async function compare({seed, sequences, steps, against, only, trace = false}) {
    const servers = await Promise.all([startServer({}, oracleCommand), startServer({}, against)]);
    try {
        for (let number = only ?? 0; number < (only === undefined ? sequences : only + 1); number++) {
            const plan = new Random(seed * 100003 + number);
            const transcripts = await Promise.all(servers.map(async (server, i) => {
                const sequence = new Sequence(server, plan.copy(), steps);
                try {
                    return await sequence.run();
                } catch (error) {
                    const lines = sequence.transcript.slice(-12).map((line) => `      ${line}`);
                    const where = `seed ${seed}, sequence ${number}, ${i === 0 ? 'npm' : 'other'} server`;
                    throw new Error([`${where}: ${error.message}, after`, ...lines].join('\n'), {cause: error});
                }
            }));
            if (trace) for (const line of transcripts[0]) console.log(line);
            const at = transcripts[0].findIndex((line, i) => !same(line, transcripts[1][i]));
            if (at < 0 && transcripts[0].length === transcripts[1].length) continue;
            const place = at < 0 ? transcripts[0].length : at;
            throw new Error([
                `seed ${seed}, sequence ${number} differs at line ${place}:`,
                ...transcripts[0].slice(Math.max(0, place - 12), place).map((line) => `      ${line}`),
                `npm   ${transcripts[0][place]}`,
                `other ${transcripts[1][place]}`,
            ].join('\n'));
        }
        return sequences;
    } finally {
        await Promise.all(servers.map((server) => server.stop()));
    }
}

// The last bit of a number may differ: that all of them are right is for a test of its own, and would hide the rest here.
function same(line, other) {
    if (line === other) return true;
    if (other === undefined || line.includes(' bytes ')) return false;
    const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
    if (line.replace(number, '#') !== other.replace(number, '#')) return false;
    const others = other.match(number).map(Number);
    return line.match(number).map(Number).every((n, i) => Math.abs(n - others[i]) <= Math.abs(n) * 1e-14);
}

async function main() {
    const {values: flags} = parseArgs({
        options: {
            seed: {type: 'string', default: `${Date.now() % 1000000}`},
            sequences: {type: 'string', default: '200'},
            steps: {type: 'string', default: '25'},
            against: {type: 'string', default: process.env.REALTIME_ECHO || oracleCommand},
            only: {type: 'string'},
            trace: {type: 'boolean', default: false},
        },
    });
    const seed = Number(flags.seed);
    console.log(`seed ${seed}`);
    const done = await compare({
        seed, sequences: Number(flags.sequences), steps: Number(flags.steps), against: flags.against,
        only: flags.only === undefined ? undefined : Number(flags.only), trace: flags.trace,
    });
    console.log(`${done} sequences, no difference`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
