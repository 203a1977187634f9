// vitest runs this file before each test file, but evaluates its imports only once per process, so I/O is blocked once.
import './refuse-io.js';
