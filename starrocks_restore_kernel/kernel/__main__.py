"""``python -m starrocks_restore_kernel.kernel -f FILE``: what the kernelspec runs."""

from ipykernel.kernelapp import IPKernelApp

from .kernel import RestoreKernel

if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=RestoreKernel)
