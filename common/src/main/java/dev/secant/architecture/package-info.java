/** What learns: networks described in Java as TorchScript over one flat weight vector. */
package dev.secant.architecture;
