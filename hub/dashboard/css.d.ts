/** Style sheets are imported for the bundler, which puts them into main.css. */
declare module '*.css';
