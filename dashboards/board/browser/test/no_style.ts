/** Stands for a style that the build makes of several files; a test looks at none. */
export default "";
