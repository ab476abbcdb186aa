//! What generated code may contain, checked over Cranelift's IR before each compile.
//!
//! - no instruction that can trap, and no call;
//! - loads and stores are plain ones that carry "does not trap";
//! - an address is a pointer plus offsets. Pointers are the function's first two arguments (the
//!   tables), what is loaded through those alone, and the function's own stack slots: nothing that
//!   came out of a tile's data is ever an address;
//! - nothing is stored through a table.

use cranelift_codegen::ir::{BlockArg, Function, Inst, Opcode, Value, types};
use rustc_hash::FxHashSet;

/// Checks a function; the error names the instruction.
pub fn check(function: &Function) -> Result<(), String> {
    let pointers = Pointers::find(function)?;
    for block in function.layout.blocks() {
        for inst in function.layout.block_insts(block) {
            pointers
                .check(function, inst)
                .map_err(|e| format!("{e}: {}", function.dfg.display_inst(inst)))?;
        }
    }
    Ok(())
}

/// The values that are addresses.
#[derive(Default)]
struct Pointers {
    /// Of the tables.
    tables: FxHashSet<Value>,
    /// Of elements.
    elements: FxHashSet<Value>,
}

impl Pointers {
    fn find(function: &Function) -> Result<Pointers, String> {
        let entry = function.layout.entry_block().ok_or("no code")?;
        let mut pointers = Pointers::default();
        pointers.tables.extend(&function.dfg.block_params(entry)[..2]);
        loop {
            let before = pointers.elements.len();
            for block in function.layout.blocks() {
                for inst in function.layout.block_insts(block) {
                    pointers.follow(function, inst);
                }
            }
            if pointers.elements.len() == before {
                break;
            }
        }
        Ok(pointers)
    }

    /// Adds the pointers that an instruction makes of pointers.
    fn follow(&mut self, function: &Function, inst: Inst) {
        let dfg = &function.dfg;
        let args = dfg.inst_args(inst);
        let made = match dfg.insts[inst].opcode() {
            Opcode::Load => self.tables.contains(&args[0]) && dfg.ctrl_typevar(inst) == types::I64,
            Opcode::StackAddr => true,
            Opcode::Iadd => args.iter().any(|a| self.elements.contains(a)),
            _ => false,
        };
        if made {
            self.elements.insert(dfg.first_result(inst));
        }
        self.each_block_param(function, inst, |pointers, param, arg| {
            if pointers.elements.contains(&arg) {
                pointers.elements.insert(param);
            }
        });
    }

    /// Calls `f` for each parameter that a branch sets, with the value it is set to.
    fn each_block_param(
        &mut self,
        function: &Function,
        inst: Inst,
        mut f: impl FnMut(&mut Pointers, Value, Value),
    ) {
        let dfg = &function.dfg;
        let targets = dfg.insts[inst].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
        for call in targets {
            let params = dfg.block_params(call.block(&dfg.value_lists));
            for (&param, arg) in params.iter().zip(call.args(&dfg.value_lists)) {
                if let BlockArg::Value(arg) = arg {
                    f(self, param, arg);
                }
            }
        }
    }

    fn check(&self, function: &Function, inst: Inst) -> Result<(), &'static str> {
        let dfg = &function.dfg;
        let data = &dfg.insts[inst];
        let opcode = data.opcode();
        let targets = data.branch_destination(&dfg.jump_tables, &dfg.exception_tables);
        for call in targets {
            let params = dfg.block_params(call.block(&dfg.value_lists));
            for (param, arg) in params.iter().zip(call.args(&dfg.value_lists)) {
                let kept = matches!(arg, BlockArg::Value(a) if self.elements.contains(&a));
                if self.elements.contains(param) && !kept {
                    return Err("a pointer is mixed with other values");
                }
            }
        }
        match opcode {
            Opcode::Load | Opcode::Uload8 | Opcode::Uload16 | Opcode::Store => {}
            _ if opcode.is_call() => return Err("a call"),
            _ if opcode.can_load() || opcode.can_store() => {
                return Err("an access of another kind");
            }
            _ if opcode.can_trap() => return Err("an instruction that can trap"),
            _ => return Ok(()),
        }
        if !data.memflags_data(dfg).is_some_and(|flags| flags.notrap()) {
            return Err("an access that can trap");
        }
        let store = opcode == Opcode::Store;
        let address = dfg.inst_args(inst)[store as usize];
        match self.elements.contains(&address) || !store && self.tables.contains(&address) {
            true => Ok(()),
            false => Err("an address that is no pointer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jit::codegen::signature;
    use cranelift_codegen::ir::{InstBuilder, MemFlagsData, UserFuncName};
    use cranelift_codegen::isa::CallConv;
    use cranelift_codegen::settings;
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

    fn verdict(body: impl FnOnce(&mut FunctionBuilder<'_>, [Value; 4])) -> Result<(), String> {
        let signature = signature(CallConv::SystemV);
        let mut function = Function::with_name_signature(UserFuncName::default(), signature);
        let mut context = FunctionBuilderContext::new();
        let mut b = FunctionBuilder::new(&mut function, &mut context);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        let args = b.block_params(block).try_into().expect("four parameters");
        body(&mut b, args);
        b.ins().return_(&[]);
        b.seal_all_blocks();
        let isa = cranelift_native::builder().expect("this processor");
        let flags = settings::Flags::new(settings::builder());
        b.finalize(isa.finish(flags).expect("an ISA").frontend_config());
        check(&function)
    }

    #[test]
    fn addresses_come_from_the_tables() {
        let quiet = MemFlagsData::new().with_notrap();
        let good = verdict(|b, [table, _, _, n]| {
            let pointer = b.ins().load(types::I64, quiet, table, 16);
            let address = b.ins().iadd(pointer, n);
            let value = b.ins().load(types::I64, quiet, address, 0);
            b.ins().store(quiet, value, address, 8);
        });
        assert_eq!(good, Ok(()));
        let through_data = verdict(|b, [table, _, _, _]| {
            let pointer = b.ins().load(types::I64, quiet, table, 16);
            let data = b.ins().load(types::I64, quiet, pointer, 0);
            b.ins().load(types::I64, quiet, data, 0);
        });
        assert!(through_data.unwrap_err().contains("no pointer"));
        let into_table = verdict(|b, [table, _, _, n]| {
            b.ins().store(quiet, n, table, 0);
        });
        assert!(into_table.unwrap_err().contains("no pointer"));
    }

    #[test]
    fn nothing_traps() {
        let division = verdict(|b, [_, _, m, n]| {
            b.ins().udiv(m, n);
        });
        assert!(division.unwrap_err().contains("can trap"));
        let load = verdict(|b, [table, _, _, _]| {
            b.ins().load(types::I64, MemFlagsData::new(), table, 0);
        });
        assert!(load.unwrap_err().contains("can trap"));
    }
}
