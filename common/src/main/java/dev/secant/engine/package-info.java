/** The only place that knows DJL: devices, tensors, compiled programs. */
package dev.secant.engine;
