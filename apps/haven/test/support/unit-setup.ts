// A setup file runs before each test file, but its imports are evaluated only once per process.
import './refuse-io.js';
