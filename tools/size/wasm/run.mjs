// Runs jobs on MicroPython's WebAssembly build: `node run.mjs MODULE`, with
// {files: {path: base64}, jobs: [[step, ...], ...]} as JSON on standard input.
//
// Each job has an interpreter of its own, with these files. A step is source, or {pieces, call}: with
// free heap in pieces of so many bytes at most, the function of that name is called, and has to return
// true. It must not raise: this build hangs where it finds no memory to describe an exception. Prints a
// list as JSON: what each job printed, or null where a step raised or returned false. This build
// collects garbage between steps only, and has its heap grow instead of collecting within one.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const HEAP = 1 << 19; // bytes: more than any step takes before it is over

const { loadMicroPython } = await import(pathToFileURL(process.argv[2]));
const { files, jobs } = JSON.parse(readFileSync(0, "utf-8"));
const grow = WebAssembly.Memory.prototype.grow;

// A heap that has to grow asks for as much as it has: that much must not be there.
function keepFromGrowing(module) {
    WebAssembly.Memory.prototype.grow = () => { throw new RangeError("as is wanted here"); };
    while (module._malloc(HEAP / 16));
}

async function run(steps) {
    WebAssembly.Memory.prototype.grow = grow;
    let printed = "";
    const python = await loadMicroPython({
        heapsize: HEAP,
        linebuffer: true,
        stdout: (line) => { printed += line + "\n"; },
        stderr: () => {},
    });
    for (const [path, content] of Object.entries(files)) {
        python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")) || "/");
        python.FS.writeFile(path, Buffer.from(content, "base64"));
    }
    python.FS.chdir("/");
    try {
        for (const step of steps) {
            if (step.pieces) {
                const call = python.globals.get(step.call);
                keepFromGrowing(python._module);
                // A call compiles nothing, so that no more becomes free than is meant to.
                python.runPython("import act, gc; perforate = act.perforate; gc.collect()");
                python.globals.get("perforate")(step.pieces, HEAP);
                if (!call()) return null;
            } else {
                python.runPython(step);
            }
        }
    } catch (error) {
        process.stderr.write(`${error}\n`);
        return null;
    }
    return printed;
}

const results = [];
for (const steps of jobs) {
    results.push(await run(steps));
}
process.stdout.write(JSON.stringify(results));
