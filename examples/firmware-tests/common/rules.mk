# How every firmware here is built: the flags stand in this file only.
#
# An example's Makefile sets
#   NAME           the program's name
#   BOARDS         stm32f407, riscv-virt and the like: folders of ../common
#   SOURCES        its sources, relative to its folder
#   BOARD_SOURCES  files taken from ../common/<board>/ (console.c, ...); the start-up code is always taken
# and includes this file. One board makes NAME.elf, several make NAME-<board>.elf, beside the sources.
#
# The same compilers give the same bytes in any folder: no path (-ffile-prefix-map), no build id, no date gets in.

COMMON     := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
OPTIMISE   ?= -Os
DEBUG_INFO ?= -g3

# gcc takes the working folder from PWD when that names it; a symbolic link in there would escape the prefix map.
export PWD := $(CURDIR)

CC.stm32f407  := arm-none-eabi-gcc
# With the FPU: the program switches it on (CPACR) before it uses it.
CC.stm32f407-fpu  := $(CC.stm32f407)
CC.riscv-virt := riscv64-unknown-elf-gcc

# The F407 has an FPU, but code that uses it runs only where the FPU is switched on: soft float runs everywhere.
ARCH.stm32f407  := -mcpu=cortex-m4 -mthumb -mfloat-abi=soft
ARCH.stm32f407-fpu := -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard
ARCH.riscv-virt := -march=rv32imac_zicsr_zifencei -mabi=ilp32 -mcmodel=medany

INCLUDES.stm32f407  := -I$(COMMON) -I$(COMMON)/cortex-m -I$(COMMON)/stm32f407
INCLUDES.stm32f407-fpu := $(INCLUDES.stm32f407)
INCLUDES.riscv-virt := -I$(COMMON) -I$(COMMON)/riscv-virt

STARTUP.stm32f407  := $(COMMON)/cortex-m/startup.c
STARTUP.stm32f407-fpu := $(STARTUP.stm32f407)
STARTUP.riscv-virt := $(COMMON)/riscv-virt/startup.S

LINK.stm32f407  := -L$(COMMON)/cortex-m -T$(COMMON)/stm32f407/link.ld
LINK.stm32f407-fpu := $(LINK.stm32f407)
LINK.riscv-virt := -T$(COMMON)/riscv-virt/link.ld

# The other RISC-V boards: common/<board>/ has the devices and the memory, common/riscv/ the rest.
RISCV32 := sifive-e spike32 param
RISCV64 := riscv-virt64 sifive-u spike shakti-c microchip-icicle-kit

# $(call riscv,BOARD,ARCHITECTURE,ABI)
define riscv
CC.$(1)       := $$(CC.riscv-virt)
ARCH.$(1)     := -march=$(2) -mabi=$(3) -mcmodel=medany
INCLUDES.$(1) := -I$$(COMMON) -I$$(COMMON)/riscv -I$$(COMMON)/$(1)
STARTUP.$(1)  := $$(COMMON)/riscv/startup.S
LINK.$(1)     := -L$$(COMMON)/riscv -T$$(COMMON)/$(1)/link.ld
endef
$(foreach board,$(RISCV32),$(eval $(call riscv,$(board),rv32imac_zicsr_zifencei,ilp32)))
$(foreach board,$(RISCV64),$(eval $(call riscv,$(board),rv64imac_zicsr_zifencei,lp64)))

# -fno-tree-loop-distribute-patterns: a copy loop stays a loop instead of a call of memcpy, which nobody links here.
# -ffile-prefix-map is the compiler's, -fdebug-prefix-map also reaches the assembler.
COMPILE := -std=c11 $(OPTIMISE) $(DEBUG_INFO) -gdwarf-4 -ffreestanding -fno-common -ffunction-sections -fdata-sections \
	-fno-tree-loop-distribute-patterns -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes \
	"-ffile-prefix-map=$(CURDIR)=." "-fdebug-prefix-map=$(CURDIR)=."
LINK := -nostdlib -static -Wl,--gc-sections -Wl,--build-id=none -Wl,--fatal-warnings

object = build/$(patsubst build/%,%,$(1))/$(subst ../,,$(basename $(2))).o

# $(call compile,OBJECT,BOARD,SOURCE)
define compile
$(1): $(3) $(COMMON)/rules.mk Makefile
	@mkdir -p $$(@D)
	$$(CC.$(2)) $$(ARCH.$(2)) $$(COMPILE) $$(DEFINES) $$(DEFINE.$(2)) $$(INCLUDES.$(2)) -MMD -MP -c $(3) -o $$@
-include $(1:.o=.d)
endef

# $(call program,ELF,BOARD,SOURCES): one image and its objects.
define program
all: $(1)
$(1): $(foreach source,$(STARTUP.$(2)) $(3),$(call object,$(basename $(1)),$(source))) $(wildcard $(COMMON)/*/*.ld)
	@mkdir -p $$(@D)
	$$(CC.$(2)) $$(ARCH.$(2)) $$(LINK) $$(LINK.$(2)) $$(filter %.o,$$^) -o $$@
$(foreach source,$(STARTUP.$(2)) $(3),$(eval $(call compile,$(call object,$(basename $(1)),$(source)),$(2),$(source))))
endef

.DEFAULT_GOAL := all
.PHONY: all clean
.DELETE_ON_ERROR:

ifdef NAME
elf      = $(NAME)$(if $(word 2,$(BOARDS)),-$(1)).elf
sources  = $(SOURCES) $(addprefix $(COMMON)/$(1)/,$(BOARD_SOURCES))
$(foreach board,$(BOARDS),$(eval $(call program,$(call elf,$(board)),$(board),$(call sources,$(board)))))

clean:
	rm -rf build $(foreach board,$(BOARDS),$(call elf,$(board)))
endif
