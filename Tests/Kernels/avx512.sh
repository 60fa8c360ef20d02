#!/bin/sh
# Runs the kernel tests' AVX-512 code where no processor has it: on Bochs, which
# emulates one, under a Debian kernel that is started for this alone. Takes some
# minutes. The digest must be that of `run.sh`'s quick run.
#
# Debian: bochs bochsbios vgabios grub-pc-bin grub-common mtools xorriso cpio, and
# a kernel: apt-get download linux-image-<version>-cloud-amd64-unsigned.
#
# Usage: avx512.sh <kernel package .deb or vmlinuz>. CC: the compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernels="$here/../../Sources/CKernels"
image=$(realpath "$1")
work=$(mktemp -d)
trap 'kill $emulator $keeper 2>/dev/null || true; rm -rf "$work"' EXIT
emulator= keeper=
: "${CC:=clang}"
cd "$work"

for source in "$kernels"/*.c "$here"/kernels_*.c "$here"/*_test.c; do
  "$CC" -std=gnu17 -O2 -Wno-psabi -I"$kernels" -I"$kernels/include" -c "$source" \
    -o "$(basename "$source" .c).o"
done
"$CC" -static ./*.o -o test -lm
cat >init.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  int console = open("/dev/console", O_RDWR), status;
  for (int i = 0; i < 3; i++) dup2(console, i);
  if (fork() == 0) execl("/test", "test", "quick", "avx512", "avx2", (char *)0);
  wait(&status);
  printf("exit status %d\n", status);
  fflush(stdout);
  for (;;) pause();
}
END
"$CC" -static init.c -o init
mkdir -p root/dev iso/boot/grub
cp test init root
mknod root/dev/console c 5 1
(cd root && find . | cpio --quiet -o -H newc >../iso/boot/initrd)
case "$image" in
*.deb) dpkg-deb -x "$image" package && cp package/boot/vmlinuz-* iso/boot/vmlinuz ;;
*) cp "$image" iso/boot/vmlinuz ;;
esac
# Bochs 2.7 and Linux disagree about the size of compacted states.
cat >iso/boot/grub/grub.cfg <<'END'
serial --unit=0 --speed=115200
terminal_output serial
linux /boot/vmlinuz console=ttyS0 quiet mitigations=off lpj=1000000 tsc=reliable clearcpuid=xsavec,xsaves,pku
initrd /boot/initrd
boot
END
grub-mkrescue -o boot.iso iso 2>/dev/null
cat >bochsrc <<END
megs: 512
cpu: model=corei7_skylake_x, ips=15000000, reset_on_triple_fault=0
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0: enabled=1
ata0-master: type=cdrom, path=boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
display_library: rfb, options="timeout=0"
log: log
clock: sync=none
END
# Debian's build waits for a debugger's command, and its input must stay open.
mkfifo input
sleep 100000 >input &
keeper=$!
bochs-bin -q -f bochsrc <input >/dev/null 2>&1 &
emulator=$!
echo c >input
touch serial
for i in $(seq 600); do
  sleep 2
  grep -q 'exit status' serial && break
done
tr -d '\r' <serial | sed -n '/^default/,$p'
grep -q 'exit status 0' serial
