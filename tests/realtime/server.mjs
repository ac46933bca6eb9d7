// Starts the server under test on a free port, and stops exactly that process.
//
// REALTIME_ECHO is the command of the server: `node echo.mjs` when it is not set, which is the oracle.
import {spawn} from 'node:child_process';
import {after, before} from 'node:test';
import path from 'node:path';
import {within} from './waiting.mjs';

export const oracleCommand = `${process.execPath} ${path.join(import.meta.dirname, 'echo.mjs')}`;
const command = process.env.REALTIME_ECHO || oracleCommand;
const testsTheOracle = command.endsWith('echo.mjs');

// The intervals that the assertions of section 3.8 are written for.
export const officialTimes = {
    'ping-interval': 300,
    'ping-timeout': 200,
    'max-payload': 1000000,
    'connect-timeout': 1000,
    'cors-origin': '*',
};

// A signal would end this process without `exit`, and leave its servers behind.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const told = new Set();

// True when the server under test is the npm server, which is laxer here than what we ask for. The deviation is
// printed, so it is never silent.
export function oracleAllows(deviation) {
    if (testsTheOracle && !told.has(deviation)) {
        told.add(deviation);
        console.log(`the npm server deviates: ${deviation}`);
    }
    return testsTheOracle;
}

// The same the other way: where our server does it differently from the npm server, on purpose.
export function oursAllows(deviation) {
    if (!testsTheOracle && !told.has(deviation)) {
        told.add(deviation);
        console.log(`our server deviates: ${deviation}`);
    }
    return !testsTheOracle;
}

// For the tests of one file or suite: a server that runs from before the first until after the last.
export function useServer(flags = {}, of = command) {
    const server = {};
    before(async () => Object.assign(server, await startServer(flags, of)));
    after(() => server.stop?.());
    return server;
}

export async function startServer(flags = {}, of = command) {
    const [program, ...first] = of.split(' ').filter(Boolean);
    const args = [...first, '--port', '0'];
    for (const [name, value] of Object.entries(flags)) args.push(`--${name}`, ...(value === true ? [] : [`${value}`]));

    const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']});
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({code, signal})));
    const killChild = () => child.kill('SIGKILL');
    process.once('exit', killChild);
    let errors = '';
    child.stderr.on('data', (text) => (errors = (errors + text).slice(-4000)));

    let port;
    try {
        port = await within(10000, portOf(child, ended), `"${of}" to listen`);
    } catch (error) {
        killChild();
        throw new Error(`${error.message}\n${errors}`);
    }
    const mode = flags.mode ?? 'socket.io';
    return {
        port,
        pid: child.pid,
        path: flags.path ?? `/${mode}/`,
        runs: () => child.exitCode === null && child.signalCode === null,
        async stop() {
            const failed = !this.runs();
            child.kill('SIGTERM');
            const hard = setTimeout(killChild, 10000);
            const {code, signal} = await ended;
            clearTimeout(hard);
            process.off('exit', killChild);
            if (failed || signal === 'SIGKILL' || (signal !== 'SIGTERM' && code !== 0)) {
                throw new Error(`the server ended by itself or badly: exit code ${code}, signal ${signal}\n${errors}`);
            }
        },
    };
}

function portOf(child, ended) {
    return new Promise((resolve, reject) => {
        let output = '';
        child.stdout.on('data', (text) => {
            output += text;
            const line = /listening on (\d+)\n/.exec(output);
            if (line) resolve(Number(line[1]));
        });
        child.once('error', reject);
        ended.then(({code, signal}) => reject(new Error(`the server ended: exit code ${code}, signal ${signal}`)));
    });
}
